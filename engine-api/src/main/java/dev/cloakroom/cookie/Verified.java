package dev.cloakroom.cookie;

/** What a signed or sealed cookie value turned out to be. */
public sealed interface Verified {

    /**
     * It is genuine.
     *
     * @param value what was signed or sealed
     * @param keyId the id of the key that did it
     */
    record Valid(String value, int keyId) implements Verified {

        /** Prints without the value. */
        @Override
        public String toString() {
            return String.format("Valid[key %08x]", keyId);
        }
    }

    /**
     * It is not.
     *
     * @param reason why
     */
    record Invalid(Reason reason) implements Verified {}

    /** Why a value is not genuine. */
    enum Reason {
        /** It is missing, or not in the form of such a value. */
        MALFORMED,
        /** The key ring has no key of that id. */
        UNKNOWN_KEY,
        /** Its key was revoked. */
        REVOKED_KEY,
        /** Its key's time is over. */
        RETIRED_KEY,
        /** It was altered, or made for another cookie or another purpose. */
        FORGED,
        /** It is older than was asked for. */
        EXPIRED
    }
}
