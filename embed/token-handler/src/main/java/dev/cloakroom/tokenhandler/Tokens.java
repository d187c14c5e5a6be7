package dev.cloakroom.tokenhandler;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeType;
import dev.cloakroom.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the authorization server gave for a session. Instants are milliseconds since the epoch.
 *
 * @param refreshToken null if there is none: the session then ends with the access token
 * @param idToken for the hint at logout
 * @param expiresAt 0 if the authorization server did not say when the access token expires
 * @param refreshExpiresAt 0 if it did not say when the refresh token expires
 */
record Tokens(
        String accessToken,
        @Nullable String refreshToken,
        String idToken,
        long obtainedAt,
        long expiresAt,
        long refreshExpiresAt) {

    /** No token is trusted to live longer without a refresh, whatever {@code expires_in} says. */
    static final Duration LONGEST_LIFE = Duration.ofDays(1);

    static final Attribute<Tokens> ATTRIBUTE =
            Attribute.of("cloakroom.tokens", AttributeType.of("cloakroom.tokens/1", Tokens::write, Tokens::read));

    /**
     * Returns when something ends that lives for some seconds. None, zero and less mean that it is not known: a token that
     * was said to be over already would be refreshed at each request.
     */
    static long end(long now, long seconds) {
        return seconds <= 0 ? 0 : now + 1000 * Math.min(seconds, LONGEST_LIFE.toSeconds());
    }

    /** Returns when a refresh token ends, which may be years away. */
    static long refreshEnd(long now, long seconds) {
        return seconds <= 0 || seconds > Duration.ofDays(3650).toSeconds() ? 0 : now + 1000 * seconds;
    }

    boolean isExpired(long now) {
        return expiresAt != 0 && now >= expiresAt;
    }

    /** Returns whether the access token ends within a margin, or within half of its life if that is shorter. */
    boolean isDue(long now, Duration margin) {
        return expiresAt != 0 && now >= expiresAt - Math.min(margin.toMillis(), (expiresAt - obtainedAt) / 2);
    }

    boolean isOver(long now) {
        return refreshToken == null ? isExpired(now) : refreshExpiresAt != 0 && now >= refreshExpiresAt;
    }

    /** Returns whether a session has no tokens that can be used or refreshed. */
    static boolean areOver(Session session, long now) {
        Tokens tokens = session.get(ATTRIBUTE);
        return tokens == null || tokens.isOver(now);
    }

    private byte[] write() {
        Map<String, Object> object = new HashMap<>();
        object.put("access", accessToken);
        if (refreshToken != null) {
            object.put("refresh", refreshToken);
        }
        object.put("id", idToken);
        object.put("obtained", Long.toString(obtainedAt));
        object.put("expires", Long.toString(expiresAt));
        object.put("refreshExpires", Long.toString(refreshExpiresAt));
        return Json.write(object).getBytes(StandardCharsets.UTF_8);
    }

    private static Tokens read(byte[] bytes) {
        Map<String, Object> object = Json.read(new String(bytes, StandardCharsets.UTF_8));
        return new Tokens(
                text(object, "access"),
                (String) object.get("refresh"),
                text(object, "id"),
                Long.parseLong(text(object, "obtained")),
                Long.parseLong(text(object, "expires")),
                Long.parseLong(text(object, "refreshExpires")));
    }

    private static String text(Map<String, Object> object, String name) {
        return (String) Objects.requireNonNull(object.get(name), name);
    }

    /** Returns no token. */
    @Override
    public String toString() {
        return "Tokens[]";
    }
}
