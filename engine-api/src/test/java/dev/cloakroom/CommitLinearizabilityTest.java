package dev.cloakroom;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.Effort;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests of one session, each with its own lookup and commit, behave as if they came one after the other. */
class CommitLinearizabilityTest {

    private static final SessionEngine ENGINE =
            SessionEngine.builder().keys(KeyRing.random()).withoutSweeping().build();
    private static final Attribute<Long> VISITS = Attribute.ofLong("visits");
    private static final Attribute<Long> OTHER = Attribute.ofLong("other");

    @Tag("long")
    @Test
    void requests_underStress_linearizable() {
        new StressOptions()
                .iterations(Effort.times(10))
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(Requests.class);
    }

    /** What Lincheck runs: each operation is a request with the same cookie. */
    @Param(name = "value", gen = IntGen.class, conf = "1:9")
    public static final class Requests {

        private final String header;

        /** Works on a session of its own. */
        public Requests() {
            Session session = ENGINE.open((String) null);
            session.put(VISITS, 0L);
            List<String> cookies = ENGINE.commit(session);
            header = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
        }

        /** Adds to an attribute; returns the sum, or -1 if the session is over. */
        @Operation
        public long add(@Param(name = "value") int value) {
            if (!(ENGINE.lookup(header) instanceof Lookup.Found found)) {
                return -1;
            }
            Session session = found.session();
            session.update(VISITS, visits -> visits == null ? value : visits + value);
            ENGINE.commit(session);
            Long sum = session.get(VISITS);
            return session.isEnded() || sum == null ? -1 : sum;
        }

        /** Puts another attribute. */
        @Operation
        public boolean put(@Param(name = "value") int value) {
            if (!(ENGINE.lookup(header) instanceof Lookup.Found found)) {
                return false;
            }
            found.session().put(OTHER, (long) value);
            ENGINE.commit(found.session());
            return !found.session().isEnded();
        }

        /** Reads both attributes. */
        @Operation
        public String read() {
            return ENGINE.lookup(header) instanceof Lookup.Found found
                    ? found.session().get(VISITS) + " " + found.session().get(OTHER)
                    : "over";
        }

        /** Logs out. */
        @Operation
        public void logout() {
            Session session = ENGINE.open(header);
            session.logout();
            ENGINE.commit(session);
        }
    }
}
