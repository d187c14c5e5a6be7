package dev.cloakroom.infinispan;

/**
 * Which writes have made a value: a number for each that no other write has, the latest first. The last
 * {@value #REMEMBERED} are kept.
 *
 * <p>Immutable.
 */
final class Tokens {

    /** How many writes back a writer whose answer was lost can still find out that its own was done. */
    static final int REMEMBERED = 16;

    private final long[] latestFirst;

    private Tokens(long[] latestFirst) {
        this.latestFirst = latestFirst;
    }

    static Tokens first(long token) {
        return new Tokens(new long[] {token});
    }

    /** Takes over an array; the caller does not write to it afterwards. */
    static Tokens of(long[] latestFirst) {
        if (latestFirst.length < 1 || latestFirst.length > REMEMBERED) {
            throw new IllegalArgumentException("a value has 1 to " + REMEMBERED + " tokens: " + latestFirst.length);
        }
        return new Tokens(latestFirst);
    }

    /** Returns these after one more write. */
    Tokens then(long token) {
        long[] next = new long[Math.min(latestFirst.length + 1, REMEMBERED)];
        next[0] = token;
        System.arraycopy(latestFirst, 0, next, 1, next.length - 1);
        return new Tokens(next);
    }

    long latest() {
        return latestFirst[0];
    }

    boolean contain(long token) {
        for (long one : latestFirst) {
            if (one == token) {
                return true;
            }
        }
        return false;
    }

    long[] toArray() {
        return latestFirst.clone();
    }
}
