package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.Map;

/** Objects of JSON. */
final class Json {

    private Json() {}

    static String write(Map<String, ?> object) {
        return JSONObjectUtils.toJSONString(object);
    }

    /** Reads what {@link #write} wrote. */
    static Map<String, Object> read(String text) {
        try {
            return JSONObjectUtils.parse(text);
        } catch (ParseException e) {
            // Without the cause: its message may quote the text.
            throw new IllegalArgumentException("not a JSON object");
        }
    }

    static TokenResponse response(int status, Map<String, ?> object) {
        return TokenResponse.of(status, "application/json", write(object));
    }
}
