package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;

/** A {@link Lookup.Rejected} for each reason, made once: rejecting a forged cookie allocates nothing. */
final class RejectedLookups {

    private static final Lookup.Rejected[] BY_REASON = byReason();

    private RejectedLookups() {}

    static Lookup.Rejected of(Rejection reason) {
        return BY_REASON[reason.ordinal()];
    }

    private static Lookup.Rejected[] byReason() {
        Rejection[] reasons = Rejection.values();
        Lookup.Rejected[] rejected = new Lookup.Rejected[reasons.length];
        for (Rejection reason : reasons) {
            rejected[reason.ordinal()] = new Lookup.Rejected(reason);
        }
        return rejected;
    }
}
