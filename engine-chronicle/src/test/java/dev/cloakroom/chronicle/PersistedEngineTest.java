package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionEngineContract;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

class PersistedEngineTest extends SessionEngineContract {

    @TempDir
    private static Path directory;

    private static final AtomicInteger STORES = new AtomicInteger();

    @Override
    protected SessionStore newStore() {
        return ChronicleSessionStore.persistedTo(directory.resolve("store-" + STORES.incrementAndGet()))
                .maxSessions(20_000)
                .build();
    }

    @Override
    protected int repetitions(int usual) {
        return usual / 10;
    }
}
