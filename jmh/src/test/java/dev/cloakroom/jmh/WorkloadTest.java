package dev.cloakroom.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "1000, 1", "1000, 2", "1000, 3", "7, 4"})
    void leadsEachThreadThroughAllOfItsShareAndBack(int sessions, int threads) {
        int[] next = Workload.cycles(sessions, threads);

        for (int thread = 0; thread < threads; thread++) {
            int first = Workload.share(sessions, thread, threads);
            int end = Workload.share(sessions, thread + 1, threads);

            assertThat(IntStream.iterate(next[first], at -> next[at]).limit(end - first))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(first, end).boxed().toList())
                    .endsWith(first);
        }
        assertThat(Workload.share(sessions, threads, threads)).isEqualTo(sessions);
    }
}
