package dev.cloakroom.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.AttributeException;
import dev.cloakroom.AttributeType;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.sstore.LocalSessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoredSessionTest {

    private static final Vertx VERTX = Vertx.vertx();

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T12:00:00Z"));
    private final SessionEngine engine = SessionEngine.builder()
            .keys(KeyRing.random())
            .clock(clock)
            .touchInterval(Duration.ofMinutes(30))
            .maxSessionsPerPrincipal(1, SessionLimit.REFUSE)
            .withoutSweeping()
            .build();
    private final CloakroomSessionStore store = CloakroomSessionStore.create(VERTX, engine);

    @AfterAll
    static void closeVertx() {
        await(VERTX.close());
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private Session stored(Map<String, Object> values) {
        Session session = store.createSession(60_000);
        values.forEach(session::put);
        await(store.put(session));
        return session;
    }

    private Session reopened(Session session) {
        return await(store.get(session.value()));
    }

    @Test
    void valuesOfVertx_areThereAgain() {
        Map<String, Object> values = Map.of(
                "json",
                new JsonObject().put("a", 1),
                "array",
                new JsonArray().add("a"),
                "buffer",
                Buffer.buffer("a"),
                "int",
                7,
                "list",
                List.of(1, new JsonObject()));

        assertThat(reopened(stored(values)).data()).isEqualTo(values);
    }

    @Test
    void valueChangedWithoutPut_isStored() {
        Session session = reopened(stored(Map.of("json", new JsonObject().put("a", 1))));

        session.<JsonObject>get("json").put("a", 2);
        await(store.put(session));

        assertThat(reopened(session).<JsonObject>get("json")).isEqualTo(new JsonObject().put("a", 2));
    }

    @Test
    void concurrentRequests_keepEachOthersChanges_andRemovals() {
        Session before = stored(Map.of("a", 1, "b", 1, "c", 1));
        Session one = reopened(before);
        Session other = reopened(before);

        one.put("a", 2);
        one.remove("c");
        other.put("b", 2);
        await(store.put(one));
        await(store.put(other));

        assertThat(reopened(before).data()).isEqualTo(Map.of("a", 2, "b", 2));
    }

    @Test
    void sessionThatWasOnlyRead_isNotWritten() {
        Session session = reopened(stored(Map.of("text", "a", "json", new JsonObject())));
        long writes = engine.metrics().storeWrites();

        session.data();
        await(store.put(session));

        assertThat(engine.metrics().storeWrites()).isEqualTo(writes);
    }

    @Test
    void attributeThatCannotBeRead_failsAlone_andStays() {
        AttributeType<AtomicLong> type = AttributeType.of("test/long", value -> new byte[1], bytes -> {
            throw new IllegalStateException();
        });
        ValueTypes types =
                CloakroomSessionStore.types().type(AtomicLong.class, type).build();
        CloakroomSessionStore other = CloakroomSessionStore.create(VERTX, engine, types);
        Session session = other.createSession(60_000);
        session.put("bad", new AtomicLong()).put("good", 1);
        await(other.put(session));

        Session again = await(other.get(session.value()));
        assertThat(again.data()).isEqualTo(Map.of("good", 1));
        assertThatThrownBy(() -> again.get("bad")).isInstanceOf(AttributeException.class);
        again.put("good", 2);
        await(other.put(again));
        assertThat(engine.find(engine.open("__Host-Http-session=" + session.value())
                                .handle())
                        .attributeNames())
                .contains("bad");
    }

    @Test
    void valueWithoutAType_failsTheFuture() {
        Session session = store.createSession(60_000).put("long", new AtomicLong());

        assertThatThrownBy(() -> await(store.put(session)))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AtomicLong");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.put(LocalSessionStore.create(VERTX).createSession(1000)));
    }

    @Test
    void sessionThatIsDueForRenewal_hasANewValue_andTheOldOneOpensItToo() {
        Session session = stored(Map.of("a", 1));
        clock.advance(Duration.ofSeconds(50));
        assertThat(reopened(session).isRegenerated()).isFalse();
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofSeconds(50));
            engine.lookup("__Host-Http-session=" + session.value());
        }

        Session renewed = reopened(session);

        assertThat(renewed.isRegenerated()).isTrue();
        assertThat(renewed.value()).isNotEqualTo(session.value());
        await(store.delete(renewed.oldId()));
        await(store.put(renewed));
        assertThat(reopened(renewed).<Integer>get("a")).isEqualTo(1);
        assertThat(reopened(session).<Integer>get("a")).isEqualTo(1);
    }

    @Test
    void sessionThatIsUsedAfterItWasDestroyed_isAnother() {
        Session session = reopened(stored(Map.of("a", 1)));
        String before = session.value();

        session.destroy();
        session.put("b", 1);

        assertThat(session.isRegenerated()).isTrue();
        assertThat(session.oldId()).isEqualTo(before);
        await(store.delete(session.oldId()));
        await(store.put(session));
        assertThat(await(store.get(before))).isNull();
        assertThat(reopened(session).data()).isEqualTo(Map.of("b", 1));
    }

    @Test
    void putOfASessionThatWasEnded_storesNothing() {
        Session session = reopened(stored(Map.of("a", 1)));
        await(store.delete(session.value()));

        session.put("a", 2);
        await(store.put(session));

        assertThat(reopened(session)).isNull();
        assertThat(engine.metrics().sessions()).isZero();
    }

    @Test
    void size_andTimeout_areTheEngines_andClearIsRefused() {
        Session session = stored(Map.of("a", 1));

        assertThat(await(store.size())).isEqualTo(1);
        assertThat(reopened(session).timeout()).isEqualTo(60_000);
        clock.advance(Duration.ofMinutes(32));
        assertThat(reopened(session)).isNull();
        assertThatThrownBy(() -> await(store.clear())).hasMessageContaining("logoutEverywhere");
    }

    @Test
    void valueWithAnotherCookieInIt_opensNothing() {
        Session session = stored(Map.of("a", 1));

        assertThat(await(store.get("x; __Host-Http-session=" + session.value())))
                .isNull();
    }
}
