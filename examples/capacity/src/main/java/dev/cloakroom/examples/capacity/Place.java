package dev.cloakroom.examples.capacity;

import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import java.nio.file.Path;

/** Where sessions are put. */
enum Place {
    HEAP("heap") {
        @Override
        SessionStore open(long sessions, Path directory) {
            return HeapSessionStore.builder()
                    .maxBytes(Runtime.getRuntime().maxMemory())
                    .maxSessions(sessions)
                    .build();
        }
    },
    CHRONICLE("Chronicle, in memory") {
        @Override
        SessionStore open(long sessions, Path directory) {
            return ChronicleSessionStore.inMemory().maxSessions(sessions).build();
        }
    },
    CHRONICLE_FILES("Chronicle, in files") {
        @Override
        SessionStore open(long sessions, Path directory) {
            return ChronicleSessionStore.persistedTo(directory)
                    .maxSessions(sessions)
                    .build();
        }
    };

    private final String title;

    Place(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Opens a store with room for so many sessions. */
    abstract SessionStore open(long sessions, Path directory);

    /** Returns how much heap the JVM gets: for the heap store what its sessions need, half as much again, and some. */
    long heapMegabytes(long sessions) {
        return this == HEAP ? 512 + sessions * 1_900 / 1_000_000 : 512;
    }
}
