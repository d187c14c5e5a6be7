package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import java.util.Random;
import net.openhft.chronicle.algo.bytes.Access;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.hash.Data;
import org.junit.jupiter.api.Test;

/** Keys are hashed and compared by their numbers; an entry holds their bytes. Where these differ, nothing is found again. */
class FixedSizeKeyTest {

    private final Random random = new Random(7);

    private SessionKey sessionKey() {
        return new SessionKey(random.nextLong(), random.nextLong());
    }

    private PageKey pageKey() {
        return new PageKey(new PrincipalKey(random.nextLong(), random.nextLong()), random.nextInt(3));
    }

    @Test
    void hash_anyKey_isThatOfItsBytes() {
        SessionKeyAccess sessions = new SessionKeyAccess();
        PageKeyAccess pages = new PageKeyAccess();
        for (int i = 0; i < 1_000; i++) {
            assertHashIsThatOfBytes(sessions.getData(sessionKey()));
            assertHashIsThatOfBytes(pages.getData(pageKey()));
        }
    }

    private static void assertHashIsThatOfBytes(Data<?> data) {
        LongHashFunction function = LongHashFunction.xx_r39();
        assertThat(data.hash(function))
                .isEqualTo(
                        function.hash(data.bytes(), Access.checkedRandomDataInputAccess(), data.offset(), data.size()));
    }

    @Test
    void equivalent_bytesOfThisKeyAndOthers_trueForThisAlone() {
        SessionKeyAccess access = new SessionKeyAccess();
        for (int i = 0; i < 100; i++) {
            SessionKey key = sessionKey();
            BytesStore<?, ?> entry = BytesStore.wrap(new byte[40]);
            entry.writeLong(11, key.high());
            entry.writeLong(19, key.low());

            assertThat(access.getData(key).equivalent(entry, 11)).isTrue();
            assertThat(access.getData(new SessionKey(key.high() ^ 1, key.low())).equivalent(entry, 11))
                    .isFalse();
            assertThat(access.getData(new SessionKey(key.high(), key.low() ^ (1L << 63)))
                            .equivalent(entry, 11))
                    .isFalse();
        }
    }

    @Test
    void bytes_readBack_areTheKey() {
        SessionKeyAccess sessions = new SessionKeyAccess();
        PageKeyAccess pages = new PageKeyAccess();
        for (int i = 0; i < 100; i++) {
            SessionKey session = sessionKey();
            PageKey page = pageKey();

            assertThat(sessions.read(sessions.getData(session).bytes(), 0)).isEqualTo(session);
            assertThat(pages.read(pages.getData(page).bytes(), 0)).isEqualTo(page);
        }
        assertThat(sessions.size()).isEqualTo(SessionKeyAccess.LENGTH);
        assertThat(pages.size()).isEqualTo(PageKeyAccess.LENGTH);
    }
}
