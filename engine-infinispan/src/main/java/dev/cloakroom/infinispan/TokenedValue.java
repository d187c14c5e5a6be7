package dev.cloakroom.infinispan;

/**
 * A value in a cache that says which writes have made it. Two are equal if the same write made them both; so a value
 * can be compared with and replaced by sending its {@link #expectation} over the network instead of all of it.
 *
 * <p>Immutable: Infinispan hands out the very objects that it keeps.
 */
abstract class TokenedValue<V extends TokenedValue<V>> {

    private final Tokens tokens;

    TokenedValue(Tokens tokens) {
        this.tokens = tokens;
    }

    final Tokens tokens() {
        return tokens;
    }

    /** Returns the smallest value that is equal to this one. */
    abstract V expectation();

    /** Returns the same once more, as if another write had made it. */
    abstract V rewritten(long token);

    /** Returns how long Infinispan keeps it, in milliseconds, or -1 for good. */
    abstract long lifespan();

    @Override
    public final boolean equals(Object other) {
        return this == other
                || (other instanceof TokenedValue<?> that
                        && getClass() == that.getClass()
                        && tokens.latest() == that.tokens.latest());
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(tokens.latest());
    }
}
