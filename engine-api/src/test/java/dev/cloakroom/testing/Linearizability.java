package dev.cloakroom.testing;

import org.jetbrains.lincheck.datastructures.StressOptions;

/** Has Lincheck look for an interleaving of calls on a store that no sequence of the same calls explains. */
public final class Linearizability {

    private Linearizability() {}

    /**
     * Fails if it finds one.
     *
     * @param operations a public class with a public constructor without parameters
     * @param invocations how many times each mix of calls is run
     */
    public static void check(Class<? extends SessionStoreOperations> operations, int invocations) {
        new StressOptions()
                .iterations(Effort.times(20))
                .invocationsPerIteration(invocations)
                .threads(3)
                .actorsPerThread(3)
                .check(operations);
    }
}
