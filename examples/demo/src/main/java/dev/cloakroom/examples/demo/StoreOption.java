package dev.cloakroom.examples.demo;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;

/** What {@code --store} can name. */
sealed interface StoreOption {

    /** Opens the store; whoever gets it closes it. */
    SessionStore open();

    /** In this process's memory: gone when it ends. */
    record Heap() implements StoreOption {
        @Override
        public SessionStore open() {
            return HeapSessionStore.create();
        }
    }

    /** Reads the option's value. */
    static StoreOption parse(String text) throws UsageException {
        if (text.equals("heap")) {
            return new Heap();
        }
        throw new UsageException("--store: there is no store \"" + text + "\"; there is: heap");
    }
}
