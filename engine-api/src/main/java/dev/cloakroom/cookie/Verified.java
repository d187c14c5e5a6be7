package dev.cloakroom.cookie;

/** The result of checking a signed or sealed cookie value. */
public sealed interface Verified {

    /**
     * The value is genuine.
     *
     * @param value the text that was signed or sealed
     * @param keyId the id of the key that signed or sealed it
     */
    record Valid(String value, int keyId) implements Verified {

        /** Returns the key's id, without the value. */
        @Override
        public String toString() {
            return String.format("Valid[key %08x]", keyId);
        }
    }

    /**
     * The value is not genuine.
     *
     * @param reason the reason
     */
    record Invalid(Rejection reason) implements Verified {}
}
