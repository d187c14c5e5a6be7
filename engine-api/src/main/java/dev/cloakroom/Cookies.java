package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.id.SessionCookies;
import java.time.Duration;

/** Gives a request the cookie of the id that its session has from now on. */
final class Cookies {

    /** What RFC 6265bis allows a cookie to live at most. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(400);

    private Cookies() {}

    static void give(Session session, SessionState state, SessionCookies.Issued issued, long now) {
        SetCookie cookie = issued.cookie();
        if (Boolean.TRUE.equals(state.attributes().get(Reserved.PERSISTENT))) {
            cookie = cookie.maxAge(lifetime(state.absoluteDeadline() - now));
        }
        session.identify(issued.hash(), cookie);
    }

    private static Duration lifetime(long millis) {
        Duration left = Duration.ofSeconds(Math.max(1, millis / 1000));
        return left.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : left;
    }
}
