package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of one session that differ, as when the node that decides dies in the middle of telling several others. */
class CopiesTest {

    private static final Nodes NODES = Nodes.clustered(3);
    private static final SessionKey KEY = new SessionKey(0xC0FFEE, 7);
    private static final long NOW = System.currentTimeMillis();

    private List<InfinispanSessionStore> stores = List.of();

    @BeforeEach
    void fill() {
        stores = NODES.newStore(InfinispanSessionStoreBuilder::replicated).stores();
        assertThat(stores.get(0).insert(record(1))).isTrue();
    }

    @AfterAll
    static void stop() {
        NODES.stop();
    }

    private static SessionRecord record(long version) {
        return new SessionRecord(KEY, version, NOW, NOW, 600_000, NOW + 3_600_000, null, new byte[] {(byte) version});
    }

    private static final UnaryOperator<SessionEntry> ENDED = entry -> entry.then(17, null, 0);
    private static final UnaryOperator<SessionEntry> CHANGED = entry -> entry.then(17, record(2), 0);

    private static <T> T answer(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void assertAllAgree() {
        assertThat(stores.stream().map(store -> Objects.requireNonNullElse(store.load(KEY), "absent")))
                .containsOnly(Objects.requireNonNullElse(stores.get(0).load(KEY), "absent"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void touch_oneOwnerHasItEnded_answersAndAllAgree(int owner) throws Exception {
        NODES.changeCopy(KEY, owner, ENDED);

        for (InfinispanSessionStore store : stores) {
            answer(store.touchAsync(KEY, NOW + 10));
        }

        assertAllAgree();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void replace_oneOwnerHasALaterVersion_answersAndAllAgree(int owner) throws Exception {
        NODES.changeCopy(KEY, owner, CHANGED);

        for (InfinispanSessionStore store : stores) {
            for (long version = 1; version < 3; version++) {
                answer(store.replaceAsync(record(version + 1)));
            }
        }

        assertAllAgree();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void delete_oneOwnerHasALaterVersion_endsOnAll(int owner) {
        NODES.changeCopy(KEY, owner, CHANGED);

        assertThat(stores.get(0).delete(KEY)).isTrue();

        assertThat(stores).allSatisfy(store -> assertThat(store.load(KEY)).isNull());
    }
}
