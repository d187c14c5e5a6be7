package dev.cloakroom.jmh.peer;

import dev.cloakroom.jmh.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A session's attributes under their names, as all peers but Cloakroom take them. */
final class SessionContent {

    /** The attribute that a request reads. */
    static final String NEXT = Workload.NEXT.name();

    private SessionContent() {}

    static void put(Workload.Content content, BiConsumer<String, Object> attributes) {
        attributes.accept(Workload.USER_ID.name(), content.userId());
        attributes.accept(Workload.NAME.name(), content.name());
        attributes.accept(Workload.ROLES.name(), new ArrayList<>(content.roles()));
        attributes.accept(Workload.ACCESS_TOKEN.name(), content.accessToken());
        attributes.accept(NEXT, content.next());
    }

    static Map<String, Object> map(Workload.Content content) {
        Map<String, Object> attributes = new HashMap<>();
        put(content, attributes::put);
        return attributes;
    }

    static long next(@Nullable Object attribute) {
        return attribute == null ? Peer.NO_SESSION : (Long) attribute;
    }
}
