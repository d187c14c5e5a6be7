package dev.cloakroom.examples.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleTest {

    @Test
    void simulate_threeNodes_movesAboutAQuarterAndKeepsMostReadsLocal() {
        Ownership ownership = Ownership.simulate(3, 2, 20);

        assertThat(ownership.largest()).isBetween(1.0, 1.2);
        assertThat(ownership.moved()).isBetween(0.25, 0.35);
        assertThat(ownership.localAfterJoin()).isBetween(0.85, 1.0);
    }

    @Test
    void need_hundredMillionSessions_fitsTheMemoryWithOneNodeLost() {
        Scale.Site site = Scale.Site.typical();

        Scale.Need need = Scale.need(site, 100_000_000);

        double total = 100e6 * site.bytesPerSession() * 2 / (1 << 30);
        assertThat(total / (need.nodes() - 1)).isLessThanOrEqualTo(site.gibibytesPerNode());
        assertThat(need.gibibytes()).isBetween(total / need.nodes(), site.gibibytesPerNode());
        assertThat(need.requests() * need.nodes()).isCloseTo(100e6 * 0.05 / 30, within(1.0));
        assertThat(Scale.need(site, 1).nodes()).isEqualTo(3);
    }
}
