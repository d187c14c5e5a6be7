package dev.cloakroom.spring.boot;

import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/** Opens the store that the properties ask for. */
final class Stores {

    private Stores() {}

    static SessionStore open(CloakroomProperties.Store store, ClassLoader loader) {
        return switch (store.type()) {
            case HEAP -> heap(store.heap());
            case CHRONICLE -> {
                require("dev.cloakroom.chronicle.ChronicleSessionStore", "cloakroom-engine-chronicle", loader);
                yield ChronicleStores.open(store.chronicle());
            }
            case INFINISPAN -> {
                require("dev.cloakroom.infinispan.InfinispanSessionStore", "cloakroom-engine-infinispan", loader);
                yield InfinispanStores.open(store.infinispan());
            }
        };
    }

    private static SessionStore heap(CloakroomProperties.Heap heap) {
        HeapSessionStore.Builder builder = HeapSessionStore.builder();
        DataSize maxSize = heap.maxSize();
        if (maxSize != null) {
            builder.maxBytes(maxSize.toBytes());
        }
        Long maxSessions = heap.maxSessions();
        if (maxSessions != null) {
            builder.maxSessions(maxSessions);
        }
        return builder.build();
    }

    private static void require(String className, String artifact, ClassLoader loader) {
        if (!ClassUtils.isPresent(className, loader)) {
            throw new CloakroomStartException(
                    "cloakroom.store.type asks for a store that is not on the class path.",
                    "Add the dependency dev.cloakroom:" + artifact + ".",
                    null);
        }
    }
}
