package dev.cloakroom.infinispan;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sessions that were all made just now, and live for an hour. */
final class Sessions {

    private static final long NOW = System.currentTimeMillis();

    private Sessions() {}

    static List<SessionRecord> several(int number, @Nullable PrincipalKey principal, byte[] data) {
        return IntStream.range(0, number)
                .mapToObj(i -> new SessionRecord(
                        new SessionKey(i * 0x9E3779B97F4A7C15L, i),
                        1,
                        NOW,
                        NOW,
                        600_000,
                        NOW + 3_600_000,
                        principal,
                        data))
                .toList();
    }
}
