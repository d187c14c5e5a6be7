package dev.cloakroom.testkit;

/**
 * How hard tests look for what is rare. The normal build looks a short while; {@code -Dtest.effort=20} looks twenty
 * times as long.
 */
public final class Effort {

    private static final int FACTOR = Integer.getInteger("test.effort", 1);

    private Effort() {}

    /** Returns a number of rounds, multiplied by the effort asked for. */
    public static int times(int rounds) {
        return Math.multiplyExact(rounds, FACTOR);
    }
}
