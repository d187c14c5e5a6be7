package dev.cloakroom.jmh.peer;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.jmh.Workload;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.HeapSessionStore;
import java.time.Duration;

/**
 * Cloakroom over its heap store. It checks the cookie's signature on every request, hashes the id, and notes an access
 * once a second at most; attributes are decoded when they are read. With {@code committing}, the request ends with the
 * {@link SessionEngine#commit} that a program calls before it sends its headers, here with nothing to store.
 */
final class CloakroomPeer implements Peer {

    private final SessionEngine engine;
    private final boolean committing;

    CloakroomPeer(KeyAlgorithm algorithm, boolean committing, int sessions) {
        this.committing = committing;
        engine = SessionEngine.builder()
                .keys(KeyRing.of(SigningKey.generate(algorithm)))
                .store(HeapSessionStore.builder()
                        .maxBytes(Runtime.getRuntime().maxMemory())
                        .build())
                .idleTimeout(Duration.ofHours(12))
                .absoluteTimeout(Duration.ofHours(24))
                .renewalInterval(Duration.ofHours(12))
                .build();
    }

    @Override
    public String create(Workload.Content content) {
        Session session = engine.open(null);
        session.put(Workload.USER_ID, content.userId());
        session.put(Workload.NAME, content.name());
        session.put(Workload.ROLES, content.roles());
        session.put(Workload.ACCESS_TOKEN, content.accessToken());
        session.put(Workload.NEXT, content.next());
        String cookie = engine.commit(session).get(0);
        return cookie.substring(0, cookie.indexOf(';'));
    }

    @Override
    public long next(String cookieHeader) {
        if (!(engine.lookup(cookieHeader) instanceof Lookup.Found found)) {
            return NO_SESSION;
        }
        Session session = found.session();
        long next = SessionContent.next(session.get(Workload.NEXT));
        if (committing && !engine.commit(session).isEmpty()) {
            throw new IllegalStateException("a request that only reads must set no cookie");
        }
        return next;
    }

    @Override
    public void close() {
        engine.close();
    }
}
