package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** A {@link Lookup.Rejected} for each reason, made once: rejecting a forged cookie allocates nothing. */
final class RejectedLookups {

    private static final Map<Rejection, Lookup.Rejected> BY_REASON = byReason();

    private RejectedLookups() {}

    static Lookup.Rejected of(Rejection reason) {
        return Objects.requireNonNull(BY_REASON.get(reason));
    }

    private static Map<Rejection, Lookup.Rejected> byReason() {
        Map<Rejection, Lookup.Rejected> rejected = new EnumMap<>(Rejection.class);
        for (Rejection reason : Rejection.values()) {
            rejected.put(reason, new Lookup.Rejected(reason));
        }
        return rejected;
    }
}
