package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class DiskSpaceGuardTest {

    private static final long MEGABYTE = 1 << 20;

    private long free = 10_000 * MEGABYTE;
    private long now = -5;
    private int looks;

    private DiskSpaceGuard room(int processes) {
        return DiskSpaceGuard.of(
                () -> {
                    looks++;
                    return free;
                },
                () -> now,
                processes);
    }

    @Test
    void take_muchFree_looksSeldom() {
        DiskSpaceGuard room = room(1);
        for (int i = 0; i < 500; i++) {
            room.take(1_000);
        }
        assertThat(looks).isEqualTo(1);

        for (int i = 0; i < 1_000; i++) {
            room.take(1_000);
        }
        assertThat(looks).isEqualTo(2);
    }

    @Test
    void take_aSecondLater_looksAgain() {
        DiskSpaceGuard room = room(1);
        room.take(1_000);
        free = 0;
        room.take(1_000);

        now += 1_000_000_001;

        assertThatThrownBy(() -> room.take(1_000)).isInstanceOf(StoreFullException.class);
    }

    @Test
    void take_littleFree_leavesTheReserveAndTheRoomForGrowth() {
        DiskSpaceGuard room = room(1);
        free = DiskSpaceGuard.RESERVE + MEGABYTE;
        room.take(1_000);

        room.keepForGrowth(MEGABYTE);
        now += 1_000_000_001;
        assertThatThrownBy(() -> room.take(1_000)).isInstanceOf(StoreFullException.class);

        free += MEGABYTE;
        room.take(1_000);
    }

    @Test
    void take_byManyProcesses_eachIsGivenItsPart() {
        int processes = 16;
        free = DiskSpaceGuard.RESERVE + 2 * processes * MEGABYTE;
        DiskSpaceGuard room = room(processes);
        room.take(MEGABYTE / 2);
        assertThatThrownBy(() -> room.take(MEGABYTE)).isInstanceOf(StoreFullException.class);
    }

    /** What one thread was given last may not have reached the disk when the next one looks. */
    @Test
    void take_lookedAgain_whatWasTakenLastIsNotGivenTwice() {
        DiskSpaceGuard room = room(1);
        free = DiskSpaceGuard.RESERVE + 4 * MEGABYTE;
        room.take(MEGABYTE);

        now += 1_000_000_001;

        assertThatThrownBy(() -> room.take(2 * MEGABYTE - 100_000)).isInstanceOf(StoreFullException.class);
    }

    @Test
    void takeToDelete_littleFree_mayGoToHalfOfTheReserve() {
        DiskSpaceGuard room = room(1);
        free = DiskSpaceGuard.RESERVE / 2;
        room.takeToDelete();

        free--;
        assertThatThrownBy(room::takeToDelete).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void takeToOpen_littleFree_refused() {
        DiskSpaceGuard room = room(1);
        free = DiskSpaceGuard.RESERVE;
        assertThatThrownBy(() -> room.takeToOpen(0)).isInstanceOf(UncheckedIOException.class);
    }
}
