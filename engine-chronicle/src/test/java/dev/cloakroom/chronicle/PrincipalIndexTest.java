package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.openhft.chronicle.map.ChronicleMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The index beside a list, through sizes that need a head, one page and many. */
class PrincipalIndexTest {

    private static final PrincipalKey ADA = new PrincipalKey(1, 1);
    private static final PrincipalKey BOB = new PrincipalKey(1, 2);

    private final Layout layout = new Layout(10_000, 1_024, 1);
    private final ChronicleMap<PageKey, byte[]> heads = layout.heads().create();
    private final ChronicleMap<PageKey, byte[]> pages = layout.pages().create();
    private final PrincipalIndex index = new PrincipalIndex(heads, pages);

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void keys_afterAnyAddsAndRemovals_areThoseOfAListInOrder() {
        Random random = new Random(5);
        List<SessionKey> model = new ArrayList<>();
        index.add(BOB, Sessions.key(-1));
        for (int i = 0; i < 20_000; i++) {
            int target = (int) (700 - 700 * Math.cos(i / 1_500.0));
            if (random.nextInt(2 * target + 2) >= model.size()) {
                SessionKey key = Sessions.key(i);
                index.add(ADA, key);
                model.add(key);
            } else {
                index.remove(ADA, model.remove(random.nextInt(model.size())));
            }
            if (i % 97 == 0 || model.size() < 3) {
                assertThat(index.keys(ADA)).isEqualTo(model);
            }
        }
        assertThat(index.keys(BOB)).containsExactly(Sessions.key(-1));
        model.forEach(key -> index.remove(ADA, key));
        assertThat(index.keys(ADA)).isEmpty();
        assertThat(heads.longSize()).as("nothing is left of who has no session").isEqualTo(1);
        assertThat(pages.longSize()).isZero();
    }

    @Test
    void add_tenThousandSessions_pagesAreFull() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.add(ADA, Sessions.key(i))).isEqualTo(i);
        }

        assertThat(index.keys(ADA)).hasSize(10_000).endsWith(Sessions.key(9_999));
        int inPages = 10_000 - PrincipalIndex.HEAD_REFERENCES;
        assertThat(pages.longSize())
                .isEqualTo((inPages + PrincipalIndex.PAGE_REFERENCES - 1) / PrincipalIndex.PAGE_REFERENCES);
    }

    @Test
    void remove_notListed_changesNothing() {
        index.remove(ADA, Sessions.key(1));
        index.add(ADA, Sessions.key(2));
        index.remove(ADA, Sessions.key(1));

        assertThat(index.keys(ADA)).containsExactly(Sessions.key(2));
    }

    @Test
    void restore_inAnyOrder_keysAreInTheOrderOfBindingAndNewOnesLast() {
        index.restore(ADA, Sessions.key(3), 30);
        index.restore(ADA, Sessions.key(1), 10);
        index.restore(ADA, Sessions.key(2), 20);

        assertThat(index.add(ADA, Sessions.key(4))).isEqualTo(31);

        assertThat(index.keys(ADA)).containsExactly(Sessions.key(1), Sessions.key(2), Sessions.key(3), Sessions.key(4));
    }
}
