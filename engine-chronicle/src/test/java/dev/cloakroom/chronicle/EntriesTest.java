package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.PrincipalKey;
import java.util.Objects;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import org.junit.jupiter.api.Test;

class EntriesTest {

    /** Chronicle reads the values of two entries into one array if they are equally long. */
    @Test
    void copy_anotherEntryReadAfterIt_staysAsItIs() {
        PageKey one = new PageKey(new PrincipalKey(1, 1), 0);
        PageKey other = new PageKey(new PrincipalKey(1, 2), 0);
        try (ChronicleMap<PageKey, byte[]> map =
                new Layout(100, 1_024, 1).heads().create()) {
            map.put(one, new byte[] {1, 1, 1});
            map.put(other, new byte[] {2, 2, 2});

            byte[] first = copy(map, one);
            byte[] second = copy(map, other);

            assertThat(first).containsExactly(1, 1, 1);
            assertThat(second).containsExactly(2, 2, 2);
        }
    }

    private static byte[] copy(ChronicleMap<PageKey, byte[]> map, PageKey key) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = map.queryContext(key)) {
            context.readLock().lock();
            return Entries.copy(Objects.requireNonNull(context.entry()).value());
        }
    }
}
