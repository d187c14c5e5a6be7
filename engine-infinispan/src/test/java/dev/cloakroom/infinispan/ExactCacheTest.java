package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.infinispan.AdvancedCache;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.manager.EmbeddedCacheManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a cache does that says "not done" of a write that it did, as when an owner dies in the middle. */
class ExactCacheTest {

    private static final SessionKey KEY = new SessionKey(1, 2);

    private final EmbeddedCacheManager manager =
            InfinispanSessionStore.builder().start(null);
    private final AdvancedCache<SessionKey, SessionEntry> cache = cache();
    private final UniqueNumbers numbers = new UniqueNumbers(0);
    private final ExactCache<SessionKey, SessionEntry> plain = new ExactCache<>(cache, numbers);

    private AdvancedCache<SessionKey, SessionEntry> cache() {
        manager.defineConfiguration("test", new ConfigurationBuilder().build());
        return manager.<SessionKey, SessionEntry>getCache("test").getAdvancedCache();
    }

    @AfterEach
    void stop() {
        manager.stop();
    }

    private static SessionRecord record(long version) {
        return new SessionRecord(KEY, version, 0, 0, 1, 1, null, new byte[0]);
    }

    private static SessionEntry increment(SessionEntry entry, long token) {
        return entry.then(token, record(Objects.requireNonNull(entry.record()).version() + 1), 0);
    }

    private long version() {
        return Objects.requireNonNull(Objects.requireNonNull(cache.get(KEY)).record())
                .version();
    }

    private void insert() {
        assertThat(join(plain.insert(KEY, tokens -> new SessionEntry(tokens, record(1), 0))))
                .isTrue();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    /** Returns the cache as seen by a writer whose writes are done, after which others write and it is told that not. */
    @SuppressWarnings("unchecked")
    private AdvancedCache<SessionKey, SessionEntry> lying(String method, Object lie, int othersAfter) {
        return (AdvancedCache<SessionKey, SessionEntry>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {AdvancedCache.class}, (proxy, called, arguments) -> {
                    Object answer;
                    try {
                        answer = called.invoke(cache, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (!called.getName().equals(method)) {
                        return answer;
                    }
                    ((CompletableFuture<?>) answer).join();
                    for (int i = 0; i < othersAfter; i++) {
                        assertThat(join(plain.change(KEY, ExactCacheTest::increment)))
                                .isPresent();
                    }
                    return CompletableFuture.completedFuture(lie.equals("present") ? cache.get(KEY) : lie);
                });
    }

    @Test
    void change_doneButToldNot_notDoneAgain() {
        insert();
        ExactCache<SessionKey, SessionEntry> writer = new ExactCache<>(lying("replaceAsync", false, 0), numbers);

        Optional<ExactCache.Change<SessionEntry>> change = join(writer.change(KEY, ExactCacheTest::increment));

        assertThat(change).isPresent();
        assertThat(version()).isEqualTo(2);
    }

    @Test
    void change_doneAndOverwrittenButToldNot_notDoneAgain() {
        insert();
        int others = Tokens.REMEMBERED - 1;
        ExactCache<SessionKey, SessionEntry> writer = new ExactCache<>(lying("replaceAsync", false, others), numbers);

        assertThat(join(writer.change(KEY, ExactCacheTest::increment))).isPresent();

        assertThat(version()).isEqualTo(2 + others);
    }

    @Test
    void insert_doneButToldThatThereIsOne_isDone() {
        ExactCache<SessionKey, SessionEntry> writer =
                new ExactCache<>(lying("putIfAbsentAsync", "present", 3), numbers);

        assertThat(join(writer.insert(KEY, tokens -> new SessionEntry(tokens, record(1), 0))))
                .isTrue();
        assertThat(join(plain.insert(KEY, tokens -> new SessionEntry(tokens, record(1), 0))))
                .isFalse();
    }

    @Test
    void change_nothingThere_nothingDone() {
        assertThat(join(plain.change(KEY, ExactCacheTest::increment))).isEmpty();
        assertThat(cache).isEmpty();
    }
}
