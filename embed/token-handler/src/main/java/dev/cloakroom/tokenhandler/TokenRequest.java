package dev.cloakroom.tokenhandler;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as a server received it.
 *
 * @param method the method, as in the request line
 * @param target the path and the query as in the request line, still percent-encoded
 * @param headers the fields by name, copied; case of the names does not matter
 * @param body the body, read once and never closed; empty if the request has none
 * @param remoteAddress the client's IP address, for {@code Forwarded} headers; null to leave it out
 */
public record TokenRequest(
        String method,
        String target,
        Map<String, List<String>> headers,
        InputStream body,
        @Nullable String remoteAddress) {

    /** Copies the headers. */
    public TokenRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(body, "body");
        Map<String, List<String>> copy = new TreeMap<>();
        headers.forEach((name, values) -> copy.computeIfAbsent(name.toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                .addAll(values));
        headers = Map.copyOf(copy);
    }

    /** Returns the values of a field in their order, none if the request does not have it. */
    Collection<String> all(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** Returns the first value of a field, or null. */
    @Nullable
    String first(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return values.isEmpty() ? null : values.get(0);
    }

    /** Returns the target without its query. */
    String path() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /** Returns the query as it came, or null. */
    @Nullable
    String query() {
        int question = target.indexOf('?');
        return question < 0 ? null : target.substring(question + 1);
    }

    /** Returns the method alone: target and headers may hold what no log should have. */
    @Override
    public String toString() {
        return "TokenRequest[" + method + "]";
    }
}
