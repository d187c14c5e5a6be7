package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

class PersistedStoreTest extends SessionStoreContract {

    @TempDir
    private Path directory;

    @Override
    protected SessionStore newStore() {
        return ChronicleSessionStore.persistedTo(directory).maxSessions(20_000).build();
    }

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    /** What Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {

        private static final SessionStore STORE = temporary();

        /** Works on a store that is shared. */
        public Operations() {
            super(STORE);
        }

        private static SessionStore temporary() {
            try {
                Path directory = Files.createTempDirectory("lincheck");
                SessionStore store =
                        ChronicleSessionStore.persistedTo(directory).build();
                // Lincheck makes instances at will, and does not tell when it is done with the last one.
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    store.close();
                    delete(directory);
                }));
                return store;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path directory) {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
