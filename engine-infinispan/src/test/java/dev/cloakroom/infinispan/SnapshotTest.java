package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.infinispan.Snapshot.DamagedException;
import dev.cloakroom.infinispan.Snapshot.ForeignException;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The bytes of a file of sessions. The example must never change: a later release reads it. */
class SnapshotTest {

    private static final SessionKey KEY = new SessionKey(0x0102030405060708L, 0x1112131415161718L);
    private static final PrincipalKey ADA = new PrincipalKey(7, 8);
    private static final SessionRecord RECORD = new SessionRecord(KEY, 2, 3, 4, 5, 6, ADA, new byte[] {9, 10});
    private static final Snapshot SNAPSHOT = new Snapshot(
            Map.of(KEY, new SessionEntry(Tokens.first(0x15), RECORD, 0x16)),
            Map.of(ADA, new PrincipalEntry(Tokens.first(0x17), List.of(new Place(KEY, 0x16, true, 0x18, 0x19)))));

    private static final String TEXT = "434c4f414b524d" + "01" + "04" + "73686f70"
            + "01" + "0102030405060708" + "1112131415161718" + "0000005e"
            + "0101" + "0000000000000015" + "0000000000000016" + "0102030405060708" + "1112131415161718"
            + "0101" + "0000000000000002" + "0000000000000003" + "0000000000000004" + "0000000000000005"
            + "0000000000000006" + "0000000000000007" + "0000000000000008" + "090a"
            + "02" + "0000000000000007" + "0000000000000008" + "00000033"
            + "0101" + "0000000000000017"
            + "0102030405060708" + "1112131415161718" + "0000000000000016" + "01" + "0000000000000018"
            + "0000000000000019"
            + "00" + "0000000000000002";
    private static final String CHECKSUM = "000000006bdae1ca";

    private static byte[] written(Snapshot snapshot) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            snapshot.writeTo(out, "shop");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static Snapshot read(byte[] bytes) throws IOException {
        return Snapshot.read(new ByteArrayInputStream(bytes), "shop");
    }

    @Test
    void bytes_areThese() throws IOException {
        assertThat(HexFormat.of().formatHex(written(SNAPSHOT))).isEqualTo(TEXT + CHECKSUM);

        Snapshot read = read(HexFormat.of().parseHex(TEXT + CHECKSUM));

        assertThat(read).isEqualTo(SNAPSHOT);
        assertThat(read.sessions().get(KEY))
                .extracting(SessionEntry::record, SessionEntry::binding)
                .containsExactly(RECORD, 0x16L);
        assertThat(read.principals().get(ADA).places())
                .containsExactlyElementsOf(SNAPSHOT.principals().get(ADA).places());
    }

    @Test
    void ended_comesBackAsEnded() throws IOException {
        Snapshot ended = new Snapshot(Map.of(KEY, new SessionEntry(Tokens.first(1), null, 0)), Map.of());

        assertThat(read(written(ended)).sessions().get(KEY)).matches(SessionEntry::hasEnded);
        assertThat(ended.alive(0)).isZero();
    }

    @Test
    void alive_withoutThoseThatExpired() {
        assertThat(SNAPSHOT.alive(5)).isEqualTo(1);
        assertThat(SNAPSHOT.alive(6)).isZero();
    }

    @Test
    void cutAnywhere_orWithOneBitChanged_refusedWithoutAWordOfIt() {
        byte[] good = written(SNAPSHOT);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> read(cut))
                    .isInstanceOf(DamagedException.class)
                    .hasNoCause();
        }
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> read(changed))
                    .isInstanceOf(DamagedException.class)
                    .hasNoCause()
                    .message()
                    .isIn(
                            "it is something else",
                            "it is cut short",
                            "it has a format that this release does not know",
                            "an entry is damaged",
                            "an entry is there twice",
                            "entries are missing",
                            "its checksum is wrong");
        }
    }

    @Test
    void ofAnotherStore_refused() {
        assertThatThrownBy(() -> Snapshot.read(new ByteArrayInputStream(written(SNAPSHOT)), "another"))
                .isInstanceOf(ForeignException.class)
                .hasMessage("it is of a store that is called shop");
    }

    /** Whatever lies there, and says of its length what it likes, is refused. */
    @Property(tries = 2_000)
    void anyBytes_refused(@ForAll @Size(max = 100) byte[] noise) {
        byte[] head = "CLOAKRM\1\4shop\1".getBytes(StandardCharsets.ISO_8859_1);
        byte[] both = Arrays.copyOf(head, head.length + noise.length);
        System.arraycopy(noise, 0, both, head.length, noise.length);
        for (byte[] bytes : List.of(noise, both)) {
            assertThatThrownBy(() -> read(bytes)).isInstanceOf(DamagedException.class);
        }
    }
}
