package dev.cloakroom.tokenhandler;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A login that has begun, as its sealed cookie holds it.
 *
 * @param issuer the authorization server that it was begun at
 * @param before the handle of the session that the browser had then, null if it had none
 * @param begun in milliseconds since the epoch
 */
record Transaction(
        String issuer,
        String state,
        String nonce,
        String verifier,
        String returnUrl,
        @Nullable String before,
        long begun) {

    Transaction withBefore(String handle) {
        return new Transaction(issuer, state, nonce, verifier, returnUrl, handle, begun);
    }

    String write() {
        Map<String, Object> object = new HashMap<>();
        object.put("i", issuer);
        object.put("s", state);
        object.put("n", nonce);
        object.put("v", verifier);
        object.put("r", returnUrl);
        object.put("t", Long.toString(begun));
        if (before != null) {
            object.put("b", before);
        }
        return Json.write(object);
    }

    static Transaction read(String text) {
        Map<String, Object> object = Json.read(text);
        return new Transaction(
                text(object, "i"),
                text(object, "s"),
                text(object, "n"),
                text(object, "v"),
                text(object, "r"),
                (String) object.get("b"),
                Long.parseLong(text(object, "t")));
    }

    private static String text(Map<String, Object> object, String name) {
        return (String) Objects.requireNonNull(object.get(name), name);
    }

    /** Returns nothing of it. */
    @Override
    public String toString() {
        return "Transaction[]";
    }
}
