package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.openhft.chronicle.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The bytes of a record in the map. */
class StoredSessionTest {

    private static final SessionKey KEY = new SessionKey(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);

    private static SessionRecord record(@Nullable PrincipalKey principal) {
        return new SessionRecord(
                KEY, 0x0102, 0x0304, 0x0506, 0x0708, 0x090A, principal, "coat".getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] encode(SessionRecord record, long order) {
        byte[] bytes = StoredSession.encode(record);
        StoredSession.finish(bytes, record.key(), order);
        return bytes;
    }

    @Test
    void encode_anonymous_golden() {
        assertThat(HexFormat.of().formatHex(encode(record(null), 0)))
                .isEqualTo("0605000000000000" + "a8f3b9bb" + "01000000"
                        + "0201000000000000" + "0403000000000000" + "0807000000000000" + "0a09000000000000"
                        + "636f6174");
    }

    @Test
    void encode_withPrincipal_golden() {
        assertThat(HexFormat.of().formatHex(encode(record(new PrincipalKey(0x0B, 0x0C)), 0x0D)))
                .isEqualTo("0605000000000000" + "6ea91d7e" + "01010000"
                        + "0201000000000000" + "0403000000000000" + "0807000000000000" + "0a09000000000000"
                        + "0b00000000000000" + "0c00000000000000" + "0d00000000000000" + "636f6174");
    }

    @Test
    void readFrom_encodedRecord_isTheRecord() {
        for (PrincipalKey principal : new PrincipalKey[] {null, new PrincipalKey(-1, Long.MIN_VALUE)}) {
            SessionRecord record = record(principal);
            byte[] bytes = encode(record, 7);
            StoredSession reading = StoredSession.reading(KEY);

            reading.readFrom(Bytes.wrapForRead(bytes), bytes.length);

            assertThat(reading.record()).isEqualTo(record);
            assertThat(StoredSession.principal(bytes)).isEqualTo(principal);
            assertThat(StoredSession.version(bytes)).isEqualTo(record.version());
        }
    }

    @Test
    void isWhole_anyBitChanged_falseUnlessItIsTheLastAccess() {
        byte[] bytes = encode(record(new PrincipalKey(1, 2)), 3);
        assertThat(StoredSession.isWhole(bytes, KEY)).isTrue();

        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(StoredSession.isWhole(changed, KEY)).isEqualTo(bit < 64);
        }
    }

    @Test
    void isWhole_anotherSessionsValueOrPartsOfIt_false() {
        byte[] bytes = encode(record(null), 0);

        assertThat(StoredSession.isWhole(bytes, new SessionKey(KEY.high(), KEY.low() ^ 1)))
                .isFalse();
        assertThat(StoredSession.isWhole(bytes, new SessionKey(KEY.high() ^ 1, KEY.low())))
                .isFalse();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(StoredSession.isWhole(Arrays.copyOf(bytes, length), KEY)).isFalse();
        }
    }

    @Test
    void isWhole_noise_falseWithoutAnException() {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            byte[] noise = new byte[random.nextInt(120)];
            random.nextBytes(noise);
            if (noise.length > 13 && i % 2 == 0) {
                noise[12] = 1;
                noise[13] &= 1;
            }
            assertThat(StoredSession.isWhole(noise, KEY)).isFalse();
        }
    }
}
