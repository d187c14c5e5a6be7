package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JournalTest {

    private static final SessionKey KEY = Sessions.key(1);

    private final ByteBuffer memory = ByteBuffer.allocateDirect(3 * Journal.SLOT_BYTES);
    private final Journal journal = Journal.in(memory);

    private List<String> replayed() {
        List<String> changes = new ArrayList<>();
        int count = Journal.replay(memory, new Journal.Replay() {
            @Override
            public void put(SessionKey key, byte[] value, byte @Nullable [] before) {
                changes.add("put " + key.low() + " " + value.length + " "
                        + (before == null ? "over nothing" : "over " + before.length));
            }

            @Override
            public void delete(SessionKey key) {
                changes.add("delete " + key.low());
            }
        });
        assertThat(count).isEqualTo(changes.size());
        return changes;
    }

    private boolean isZero() {
        for (int i = 0; i < memory.capacity(); i++) {
            // Who was written about last stays: session keys are public.
            boolean key = i % Journal.SLOT_BYTES >= 8 && i % Journal.SLOT_BYTES < 24;
            if (memory.get(i) != 0 && !key) {
                return false;
            }
        }
        return true;
    }

    @Test
    void replay_nothingUnderWay_tellsNothing() {
        try (Journal.Slot slot = journal.enter()) {
            slot.willPut(KEY, new byte[] {1, 2, 3}, new byte[] {4});
            slot.done();
        }
        try (Journal.Slot slot = journal.enter()) {
            slot.willDelete(KEY);
            slot.done();
        }

        assertThat(replayed()).isEmpty();
        assertThat(isZero()).isTrue();
    }

    @Test
    void replay_changesUnderWay_tellsOfEach() {
        journal.enter().willPut(KEY, new byte[100_000], null);
        journal.enter().willPut(Sessions.key(2), new byte[Layout.LARGEST_RECORD], new byte[Layout.LARGEST_RECORD]);
        journal.enter().willDelete(Sessions.key(3));

        assertThat(replayed())
                .containsExactlyInAnyOrder("put 1 100000 over nothing", "put 2 1048576 over 1048576", "delete 3");
        assertThat(replayed()).as("as often as it is asked").hasSize(3);
        Journal.clear(memory);
        assertThat(replayed()).isEmpty();
        assertThat(isZero()).isTrue();
    }

    /** On a full disk a page that no writer needed is one too many. */
    @Test
    void clear_changeUnderWay_writesToNothingElse() {
        journal.enter().willPut(KEY, new byte[] {1, 2, 3}, new byte[] {4, 5});
        int slot = memory.get(0) == 0 ? memory.get(Journal.SLOT_BYTES) == 0 ? 2 : 1 : 0;
        int behind = slot * Journal.SLOT_BYTES + 40 + 5;
        assertThat(memory.get(behind - 1)).isEqualTo((byte) 5);
        memory.put(behind, (byte) 6);

        Journal.clear(memory);

        assertThat(memory.get(behind)).isEqualTo((byte) 6);
        memory.put(behind, (byte) 0);
        assertThat(isZero()).isTrue();
    }

    @Test
    void clear_lengthsThatNobodyWrote_zeroesTheWholeSlot() {
        for (long length : new long[] {-1, Layout.LARGEST_RECORD + 1L, Long.MAX_VALUE}) {
            memory.order(ByteOrder.LITTLE_ENDIAN).putLong(24, length).put(Journal.SLOT_BYTES - 1, (byte) 1);

            Journal.clear(memory);

            assertThat(isZero()).isTrue();
        }
    }

    @Test
    void enter_allSlotsTaken_waits() throws Exception {
        Journal.Slot first = journal.enter();
        Journal.Slot second = journal.enter();
        Journal.Slot third = journal.enter();
        CompletableFuture<Journal.Slot> fourth = CompletableFuture.supplyAsync(journal::enter);

        assertThatThrownBy(() -> fourth.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        second.close();
        assertThat(fourth.get(60, TimeUnit.SECONDS)).isSameAs(second);
        first.close();
        third.close();
    }

    @Test
    void close_writersInside_waitsForThemAndLetsNoneIn() throws Exception {
        Journal.Slot inside = journal.enter();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> journal.close(""));

        assertThatThrownBy(() -> closing.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        inside.close();
        closing.get(60, TimeUnit.SECONDS);

        assertThatThrownBy(journal::enter)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("closed");
        assertThat(journal.isBroken()).isFalse();
    }

    @Test
    void leave_changeNeitherMadeNorUndone_letsNobodyWriteAgain() {
        try (Journal.Slot slot = journal.enter()) {
            slot.willPut(KEY, new byte[5], null);
        }

        assertThat(journal.isBroken()).isTrue();
        assertThatThrownBy(journal::enter)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("recovers");
        journal.close("");
        assertThat(journal.isBroken()).isTrue();
        assertThat(replayed()).containsExactly("put 1 5 over nothing");
    }

    @Test
    void close_withAReason_laterWritersAreTold() {
        journal.close("it is being recovered");

        assertThatThrownBy(journal::enter)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("it is being recovered");
    }
}
