package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.SessionStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class PersistedStoreTest extends SessionStoreContract {

    @TempDir
    private Path directory;

    @Override
    protected SessionStore newStore() {
        return ChronicleSessionStore.persistedTo(directory).maxSessions(20_000).build();
    }
}
