package dev.cloakroom.testkit;

/**
 * The factor by which tests for rare faults run longer. The default is 1; {@code -Dtest.effort=20} makes them run
 * twenty times as long.
 */
public final class Effort {

    private static final int FACTOR = Integer.getInteger("test.effort", 1);

    private Effort() {}

    /** Returns a number of rounds, multiplied by the effort. */
    public static int times(int rounds) {
        return Math.multiplyExact(rounds, FACTOR);
    }
}
