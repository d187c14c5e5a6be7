package dev.cloakroom.tokenhandler;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parameters of a query or a form ({@code application/x-www-form-urlencoded}). */
final class Parameters {

    private static final int MOST = 50;

    private Parameters() {}

    /** @throws RefusedException with 400 if an escape is malformed, or there are too many */
    static Map<String, List<String>> of(@Nullable String text) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (text == null || text.isEmpty()) {
            return parameters;
        }
        String[] pairs = text.split("&", MOST + 1);
        if (pairs.length > MOST) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "there are more than " + MOST + " parameters");
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            parameters.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        }
        return parameters;
    }

    /**
     * Returns a parameter's value, or another text if there is none.
     *
     * @throws RefusedException with 400 if there are several (RFC 6749, section 3.1)
     */
    static String single(Map<String, List<String>> parameters, String name, String otherwise) {
        List<String> values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "the parameter " + name + " is given more than once");
        }
        return values.isEmpty() ? otherwise : values.get(0);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "a parameter's escape is malformed");
        }
    }
}
