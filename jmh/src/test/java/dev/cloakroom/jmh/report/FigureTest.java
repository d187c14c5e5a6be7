package dev.cloakroom.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void isTheMedianOfTheForksMeans() {
        assertThat(Figure.of(List.of(List.of(1.0, 3.0), List.of(9.0, 11.0), List.of(4.0, 6.0))))
                .isEqualTo(new Figure(5, 2, 10));
    }

    @Test
    void liesBetweenTheTwoForksInTheMiddle() {
        assertThat(Figure.of(List.of(List.of(1.0), List.of(2.0), List.of(4.0), List.of(50.0))))
                .isEqualTo(new Figure(3, 1, 50));
    }

    @Test
    void rangesOverTheIterationsOfOneForkAlone() {
        assertThat(Figure.of(List.of(List.of(5.0, 1.0, 6.0)))).isEqualTo(new Figure(4, 1, 6));
    }

    @Test
    void isNotWithoutIterations() {
        assertThatThrownBy(() -> Figure.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Figure.of(List.of(List.of(1.0), List.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void carriesTheWidestRangeThroughAnyCalculation() {
        Figure large = new Figure(10, 8, 12);
        Figure small = new Figure(4, 2, 5);
        assertThat(large.plus(small)).isEqualTo(new Figure(14, 10, 17));
        assertThat(large.minus(small)).isEqualTo(new Figure(6, 3, 10));
        assertThat(large.times(2)).isEqualTo(new Figure(20, 16, 24));
        assertThat(large.dividedBy(small)).isEqualTo(new Figure(2.5, 1.6, 6));
        assertThat(new Figure(-1, -2, 3).dividedBy(small)).isEqualTo(new Figure(-0.25, -1, 1.5));
    }

    @Test
    void isWrittenWithThreeDigitsThatCount() {
        assertThat(Numbers.withRange(new Figure(1.254, 1.2, 99.96))).isEqualTo("1.25 (1.20–100)");
        assertThat(Numbers.withRange(new Figure(12345.6, 12345.6, 12345.6))).isEqualTo("12,346");
        assertThat(Numbers.withRange(null)).isEmpty();
        assertThat(Numbers.number(-12.34)).isEqualTo("-12.3");
        assertThat(Numbers.param("1000000")).isEqualTo("1,000,000");
        assertThat(Numbers.param("tomcat+hmac")).isEqualTo("tomcat+hmac");
    }
}
