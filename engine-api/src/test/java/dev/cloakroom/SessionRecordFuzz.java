package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionRecord;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Looks for data in a store that a lookup, or the session that comes of it, cannot cope with. */
class SessionRecordFuzz {

    private static final Attribute<String> COAT = Attribute.ofString("coat");
    private static final HeapSessionStore STORE = HeapSessionStore.create();
    private static final SessionEngine PLAIN = engine(false);
    private static final SessionEngine SEALING = engine(true);

    private static SessionEngine engine(boolean sealing) {
        return SessionEngine.builder()
                .keys(KeyRing.random())
                .store(STORE)
                .sealing(sealing)
                .withoutSweeping()
                .build();
    }

    @FuzzTest(maxDuration = "2s")
    void lookup_anyDataInTheStore_endedOrASessionThatWorks(FuzzedDataProvider input) {
        SessionEngine engine = input.consumeBoolean() ? PLAIN : SEALING;
        Session session = engine.open(null);
        session.put(COAT, "red");
        String cookie = engine.commit(session).get(0);
        String header = cookie.substring(0, cookie.indexOf(';'));
        SessionRecord genuine = Objects.requireNonNull(session.record());

        STORE.replace(altered(genuine, input));
        Lookup lookup = engine.lookup(header);

        if (lookup instanceof Lookup.Found found) {
            useAll(engine, found.session());
        } else {
            assertThat(lookup).isInstanceOf(Lookup.Ended.class);
        }
        engine.end(session.handle());
    }

    private static SessionRecord altered(SessionRecord genuine, FuzzedDataProvider input) {
        int kept = input.consumeInt(0, genuine.data().length);
        boolean keepLength = input.consumeBoolean();
        byte[] rest = input.consumeRemainingAsBytes();
        int length = keepLength ? genuine.data().length - kept : rest.length;
        ByteBuffer data = ByteBuffer.allocate(kept + length).put(genuine.data(), 0, kept);
        data.put(rest, 0, Math.min(length, rest.length));
        return new SessionRecord(
                genuine.key(),
                genuine.version() + 1,
                genuine.createdAt(),
                genuine.lastAccess(),
                genuine.idleTimeout(),
                genuine.absoluteDeadline(),
                null,
                data.array());
    }

    private static void useAll(SessionEngine engine, Session session) {
        try {
            session.get(COAT);
            session.principal();
        } catch (AttributeException e) {
            assertThat(e.attribute()).isNotEmpty();
        }
        session.put(COAT, "blue");
        engine.commit(session);
        assertThat(session.get(COAT)).isEqualTo("blue");
    }
}
