package dev.cloakroom.testkit;

import dev.cloakroom.store.SessionStore;
import org.junit.jupiter.api.Nested;

/**
 * Tests that an engine keeps its guarantees over a store. The test class of a store extends this class, besides {@link
 * SessionStoreContract}, and implements {@link #newStore()}. The tests use the public API alone: headers in, headers
 * out.
 */
public abstract class SessionEngineContract {

    /** Returns an empty store. The contract closes it. */
    protected abstract SessionStore newStore() throws Exception;

    /**
     * Returns a store over the same sessions, as another node of the cluster opens it. The contract closes it. The
     * default is the same store, for stores without a cluster.
     */
    protected SessionStore peerOf(SessionStore store) {
        return store;
    }

    /**
     * Returns how many times a test of many rounds repeats its step.
     *
     * <p>A store that uses a network or a disk may return fewer, which shortens its tests. Return at least a fiftieth
     * of the usual number: the tests look for rare faults.
     *
     * @param usual the number for a store in this process's memory
     */
    protected int repetitions(int usual) {
        return usual;
    }

    final SessionStore openStore() {
        try {
            return newStore();
        } catch (Exception e) {
            throw new AssertionError("the test class cannot create its store", e);
        }
    }

    @Nested
    final class HostileHeaders extends HostileHeadersChecks {
        HostileHeaders() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Lifetimes extends LifetimeChecks {
        Lifetimes() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Timeouts extends TimeoutChecks {
        Timeouts() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Overlaps extends OverlapChecks {
        Overlaps() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Asynchronous extends AsyncChecks {
        Asynchronous() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Writes extends WriteChecks {
        Writes() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Principals extends PrincipalChecks {
        Principals() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Keys extends KeyChecks {
        Keys() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Secrecy extends SecrecyChecks {
        Secrecy() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class SingleFlights extends SingleFlightChecks {
        SingleFlights() {
            super(SessionEngineContract.this);
        }
    }

    @Nested
    final class Observability extends ObservabilityChecks {
        Observability() {
            super(SessionEngineContract.this);
        }
    }
}
