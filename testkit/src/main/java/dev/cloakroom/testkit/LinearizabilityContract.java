package dev.cloakroom.testkit;

import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests that a store's calls are linearizable: Lincheck runs random mixes of them on three threads and fails if no
 * sequence of the same calls explains the results. A store's test class extends it, besides {@link
 * SessionStoreContract}.
 *
 * <p>Lincheck is an optional dependency of this module. A project that extends this class adds {@code
 * org.jetbrains.lincheck:lincheck} to its tests.
 */
public abstract class LinearizabilityContract {

    /** Returns the class that Lincheck runs: public, with a public constructor without parameters. */
    protected abstract Class<? extends SessionStoreOperations> operations();

    /** Returns how many times Lincheck runs each mix of calls. The default is 2,000; a slow store returns less. */
    protected int invocations() {
        return 2_000;
    }

    @Tag("long")
    @Test
    final void operations_underStress_linearizable() {
        new StressOptions()
                .iterations(Effort.times(10))
                .invocationsPerIteration(invocations())
                .threads(3)
                .actorsPerThread(3)
                .check(operations());
    }
}
