package dev.cloakroom.testkit;

import dev.cloakroom.store.SessionStore;
import org.junit.jupiter.api.Nested;

/**
 * What an engine promises over whatever store. The test class of a store extends this, besides {@link
 * SessionStoreContract}, and says how to make one. All of it goes through the public face: headers in, headers out.
 */
public abstract class SessionEngineContract {

    /** Returns an empty store. The contract closes it. */
    protected abstract SessionStore newStore() throws Exception;

    /**
     * Returns the same sessions as another node of the cluster sees them. The contract closes it. Without a cluster,
     * several engines of one process share a store.
     */
    protected SessionStore peerOf(SessionStore store) {
        return store;
    }

    /**
     * Returns how many times a test of many rounds repeats its step.
     *
     * <p>A store that answers over a network, or writes to a disk, may return fewer, so that its tests end in time. Leave at
     * least a fiftieth of the usual number: the tests look for faults that are rare.
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
            throw new AssertionError("the store cannot be made", e);
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
