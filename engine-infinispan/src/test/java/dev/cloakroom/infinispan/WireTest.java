package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.infinispan.protostream.ProtobufUtil;
import org.infinispan.protostream.SerializationContext;
import org.junit.jupiter.api.Test;

/** The bytes on the wire. The examples must never change: nodes of different releases read them. */
class WireTest {

    private static final SessionKey KEY = new SessionKey(0x0102030405060708L, 0x1112131415161718L);
    private static final SessionRecord RECORD =
            new SessionRecord(KEY, 2, 3, 4, 5, 6, new PrincipalKey(7, 8), new byte[] {9, 10});

    private static final String TOKENS = "01" + "02" + "0000000000000015" + "0000000000000014";
    private static final String KEY_HEX = "0102030405060708" + "1112131415161718";

    private static Tokens tokens() {
        return Tokens.first(0x14).then(0x15);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    @Test
    void sessionEntry_bytes_areThese() {
        String expected = TOKENS + "0000000000000016" + KEY_HEX
                + "01" + "01" + "0000000000000002" + "0000000000000003" + "0000000000000004" + "0000000000000005"
                + "0000000000000006" + "0000000000000007" + "0000000000000008" + "090a";

        assertThat(hex(Wire.encode(new SessionEntry(tokens(), RECORD, 0x16)))).isEqualTo(expected);

        SessionEntry read = Wire.sessionEntry(bytes(expected));
        assertThat(read.record()).isEqualTo(RECORD);
        assertThat(read.binding()).isEqualTo(0x16);
        assertThat(read.tokens().toArray()).containsExactly(0x15, 0x14);
    }

    @Test
    void sessionEntry_ended_bytesAreThese() {
        String expected = TOKENS + "0000000000000000";

        assertThat(hex(Wire.encode(new SessionEntry(tokens(), null, 0)))).isEqualTo(expected);
        assertThat(Wire.sessionEntry(bytes(expected)).hasEnded()).isTrue();
    }

    @Test
    void principalEntry_bytes_areThese() {
        String expected = TOKENS
                + KEY_HEX + "0000000000000016" + "01" + "0000000000000017" + "0000000000000018"
                + KEY_HEX + "0000000000000019" + "00" + "000000000000001a" + "ffffffffffffffff";
        List<Place> places = List.of(new Place(KEY, 0x16, true, 0x17, 0x18), new Place(KEY, 0x19, false, 0x1a, -1));

        assertThat(hex(Wire.encode(new PrincipalEntry(tokens(), places)))).isEqualTo(expected);
        assertThat(Wire.principalEntry(bytes(expected)).places()).isEqualTo(places);
    }

    @Test
    void unknownFormat_refused() {
        assertThatThrownBy(() -> Wire.sessionEntry(bytes("02" + TOKENS.substring(2) + "0000000000000000")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Wire.principalEntry(bytes("0100"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyType_throughProtoStream_comesBack() throws IOException {
        SerializationContext context = ProtobufUtil.newSerializationContext();
        new Wire().register(context);
        SessionEntry entry = new SessionEntry(tokens(), RECORD, 0x16);

        assertThat(passed(context, KEY)).isEqualTo(KEY);
        assertThat(passed(context, new PrincipalKey(-1, 0))).isEqualTo(new PrincipalKey(-1, 0));
        assertThat(passed(context, entry).record()).isEqualTo(RECORD);
        assertThat(passed(context, new PrincipalEntry(tokens(), List.of())))
                .isEqualTo(new PrincipalEntry(tokens(), List.of()));
    }

    @SuppressWarnings("unchecked")
    private static <T> T passed(SerializationContext context, T value) throws IOException {
        return (T) ProtobufUtil.fromWrappedByteArray(context, ProtobufUtil.toWrappedByteArray(context, value));
    }

    @Test
    void expectation_isShortAndEqual() {
        SessionEntry entry = new SessionEntry(tokens(), RECORD, 1);

        assertThat(entry.expectation()).isEqualTo(entry).hasSameHashCodeAs(entry);
        assertThat(Wire.encode(entry.expectation())).hasSize(18);
        assertThat(new SessionEntry(Tokens.first(0x14), RECORD, 1)).isNotEqualTo(entry);
    }

    /** Whatever arrives becomes an entry or is refused; nothing else happens. */
    @Property(tries = 2_000)
    void anyBytes_entryOrRefused(@ForAll @Size(max = 200) byte[] noise, @ForAll Random random) {
        byte[] good = Wire.encode(new SessionEntry(tokens(), RECORD, 1));
        good[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
        for (byte[] bytes : List.of(noise, good)) {
            try {
                assertThat(Wire.sessionEntry(ByteBuffer.wrap(bytes))).isNotNull();
            } catch (IllegalArgumentException | BufferUnderflowException e) {
                assertThat(e).isNotNull();
            }
        }
    }
}
