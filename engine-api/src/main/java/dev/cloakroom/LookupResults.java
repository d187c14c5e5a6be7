package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;

/** The results of lookups that found no session, made once: a forged cookie allocates nothing. */
final class LookupResults {

    static final Lookup ABSENT = new Lookup.Absent();

    /**
     * The id was replaced so shortly before that the browser may not have had the newer cookie when it sent the request.
     * Equal to any other superseded id for users.
     */
    static final Lookup LATE = new Lookup.Ended(EndReason.SUPERSEDED);

    /** The id's successor was presented, and the grace is over. Equal to any other superseded id for users. */
    static final Lookup REUSED = new Lookup.Ended(EndReason.SUPERSEDED);

    /** Both. */
    static final Lookup REUSED_LATE = new Lookup.Ended(EndReason.SUPERSEDED);

    private static final Lookup.Rejected[] REJECTED = new Lookup.Rejected[Rejection.values().length];
    private static final Lookup.Ended[] ENDED = new Lookup.Ended[EndReason.values().length];

    static {
        for (Rejection reason : Rejection.values()) {
            REJECTED[reason.ordinal()] = new Lookup.Rejected(reason);
        }
        for (EndReason reason : EndReason.values()) {
            ENDED[reason.ordinal()] = new Lookup.Ended(reason);
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
        return REJECTED[reason.ordinal()];
    }

    static Lookup ended(EndReason reason) {
        return ENDED[reason.ordinal()];
    }
}
