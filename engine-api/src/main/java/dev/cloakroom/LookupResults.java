package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The results of lookups that found no session, made once: a forged cookie allocates nothing. */
final class LookupResults {

    static final Lookup ABSENT = new Lookup.Absent();

    /**
     * The id was replaced a moment ago: the browser may have sent the request before it received the new cookie.
     * Applications see a superseded id like any other.
     */
    static final Lookup LATE = new Lookup.Ended(EndReason.SUPERSEDED);

    /**
     * The id's successor was presented, and the grace is over. Applications see a superseded id like any other.
     */
    static final Lookup REUSED = new Lookup.Ended(EndReason.SUPERSEDED);

    /** Both of the above: the id was replaced a moment ago, and its grace is over. */
    static final Lookup REUSED_LATE = new Lookup.Ended(EndReason.SUPERSEDED);

    private static final Map<Rejection, Lookup> REJECTED = new EnumMap<>(Rejection.class);
    private static final Map<EndReason, Lookup> ENDED = new EnumMap<>(EndReason.class);

    static {
        for (Rejection reason : Rejection.values()) {
            REJECTED.put(reason, new Lookup.Rejected(reason));
        }
        for (EndReason reason : EndReason.values()) {
            ENDED.put(reason, new Lookup.Ended(reason));
        }
    }

    private LookupResults() {}

    /** Returns whether a request with this result must not set a cookie. */
    @SuppressWarnings("ReferenceEquality") // equal for users, not for the engine
    static boolean isLate(Lookup result) {
        return result == LATE || result == REUSED_LATE;
    }

    /** Returns whether an id was presented whose grace is over. */
    @SuppressWarnings("ReferenceEquality") // equal for users, not for the engine
    static boolean isReuse(Lookup result) {
        return result == REUSED || result == REUSED_LATE;
    }

    static Lookup rejected(Rejection reason) {
        return Objects.requireNonNull(REJECTED.get(reason));
    }

    static Lookup ended(EndReason reason) {
        return Objects.requireNonNull(ENDED.get(reason));
    }
}
