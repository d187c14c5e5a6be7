package dev.cloakroom.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class XaesNoncesTest {

    private static final int HALF = 12;
    private static final int BOX = 24;
    private static final int MESSAGES = 1 << 22;

    /** Fast. */
    private static final class Fast extends SecureRandom {

        private static final long serialVersionUID = 1;

        private final transient SplittableRandom source = new SplittableRandom(1);

        @Override
        public void nextBytes(byte[] bytes) {
            source.nextBytes(bytes);
        }
    }

    @Test
    void next_secondHalfDiffers_firstStays() {
        XaesNonces nonces = new XaesNonces(new SecureRandom());
        Set<String> first = ConcurrentHashMap.newKeySet();
        Set<String> second = ConcurrentHashMap.newKeySet();

        IntStream.range(0, 10_000).parallel().forEach(i -> {
            byte[] nonce = nonces.next();
            first.add(HexFormat.of().formatHex(nonce, 0, HALF));
            second.add(HexFormat.of().formatHex(nonce, HALF, nonce.length));
        });

        assertThat(first).hasSize(1);
        assertThat(second).hasSize(10_000);
    }

    @Test
    void next_afterFourMillion_newFirstHalf() {
        XaesNonces nonces = new XaesNonces(new Fast());
        byte[] first = nonces.next();
        for (int i = 1; i < MESSAGES; i++) {
            assertThat(Arrays.equals(nonces.next(), 0, HALF, first, 0, HALF))
                    .as("message %d", i)
                    .isTrue();
        }

        assertThat(Arrays.copyOf(nonces.next(), HALF)).isNotEqualTo(Arrays.copyOf(first, HALF));
    }

    @Test
    void next_twoSources_differInBothHalves() {
        byte[] one = new XaesNonces(new SecureRandom()).next();
        byte[] other = new XaesNonces(new SecureRandom()).next();

        assertThat(Arrays.copyOf(one, HALF)).isNotEqualTo(Arrays.copyOf(other, HALF));
        assertThat(Arrays.copyOfRange(one, HALF, one.length))
                .isNotEqualTo(Arrays.copyOfRange(other, HALF, other.length));
    }

    /** More first halves than are kept, sealed, opened and forged in any order, give what a fresh cipher gives. */
    @Test
    void xaes256Gcm_manyFirstHalves_keptOrNotTheSame() {
        byte[] key = new byte[32];
        Xaes256Gcm used = new Xaes256Gcm(key);
        Random random = new Random(7);
        byte[] none = new byte[0];
        List<byte[]> halves = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] half = new byte[HALF];
            random.nextBytes(half);
            halves.add(half);
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] nonce = Arrays.copyOf(halves.get(random.nextInt(i % 100 < 50 ? 3 : 40)), 2 * HALF);
            nonce[HALF] = (byte) i;
            nonce[HALF + 1] = (byte) (i >> 8);
            byte[] plain = new byte[random.nextInt(50)];
            random.nextBytes(plain);
            byte[] bytes = Arrays.copyOf(nonce, BOX + plain.length + Xaes256Gcm.TAG_LENGTH);
            byte[] expected = bytes.clone();

            used.seal(nonce, plain, none, bytes, BOX);
            new Xaes256Gcm(key).seal(nonce, plain, none, expected, BOX);
            assertThat(bytes).isEqualTo(expected);

            byte[] strange = bytes.clone();
            strange[random.nextInt(BOX)] ^= 1;
            assertThat(used.open(strange, 0, BOX, none)).isNull();
            assertThat(used.open(bytes, 0, BOX, none)).isEqualTo(plain);
        }
    }
}
