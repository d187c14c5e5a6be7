package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.id.SessionCookies;
import java.time.Duration;

/** Gives a request the cookie of its session's new id. */
final class CookieDelivery {

    private final Lifetimes lifetimes;

    CookieDelivery(Lifetimes lifetimes) {
        this.lifetimes = lifetimes;
    }

    void deliver(WorkingSession session, SessionState state, SessionCookies.Issued issued, long now) {
        SetCookie cookie = issued.cookie();
        if (state.lifetime().persistence() == Persistence.PERSISTENT) {
            cookie = cookie.maxAge(maxAge(lifetimes.absoluteDeadline(state.times(), state.lifetime()) - now));
        }
        session.identify(issued.hash(), cookie);
    }

    private static Duration maxAge(long millis) {
        Duration left = Duration.ofSeconds(Math.max(1, millis / 1000));
        return left.compareTo(SetCookie.MAXIMUM_AGE) > 0 ? SetCookie.MAXIMUM_AGE : left;
    }
}
