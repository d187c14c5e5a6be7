package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EditsTest {

    private static final Attribute<String> COAT = Attribute.ofString("coat");
    private static final Attribute<Long> VISITS = Attribute.ofLong("visits");
    private static final List<String> NAMES = List.of("AaAa", "BBBB", "AaBB", "coat", "visits", "\u00e9", "a");

    /** Allows values of 40 bytes and tables of 200. */
    private static final Edits.Limits LIMITS = new Edits.Limits() {
        @Override
        public void checkAttribute(String name, int length) {
            if (length > 40) {
                throw new IllegalArgumentException("value");
            }
        }

        @Override
        public void checkSession(long length) {
            if (length > 200) {
                throw new IllegalArgumentException("session");
            }
        }
    };

    private static byte[] bytes(AttributeTable table) {
        ByteBuffer target = ByteBuffer.allocate(table.length());
        table.copyTo(target);
        return target.array();
    }

    private static AttributeTable stored(AttributeTable table) {
        byte[] bytes = bytes(table);
        return new AttributeTable(bytes, 0, bytes.length);
    }

    private static AttributeTable table(Map<String, Long> values) {
        AttributeTable table = AttributeTable.EMPTY;
        for (Map.Entry<String, Long> entry : values.entrySet()) {
            table = table.with(Attribute.ofLong(entry.getKey()), entry.getValue());
        }
        return stored(table);
    }

    /** One step in the life of a request's edits. */
    @Property(tries = 500)
    void edits_anySteps_asInAMap(
            @ForAll @Size(max = 20) List<@IntRange(max = 1_000) Integer> steps,
            @ForAll @Size(max = 5) List<@IntRange(max = 6) Integer> before,
            @ForAll @Size(max = 5) List<@IntRange(max = 6) Integer> meanwhile) {
        Map<String, Long> first = new HashMap<>();
        before.forEach(at -> first.put(NAMES.get(at), 1L));
        Map<String, Long> second = new HashMap<>();
        meanwhile.forEach(at -> second.put(NAMES.get(at), at % 2L));
        AttributeTable base = table(first);
        Edits edits = new Edits(base, LIMITS);
        Map<String, List<Integer>> model = new HashMap<>();
        for (int step : steps) {
            String name = NAMES.get(step % NAMES.size());
            Attribute<Long> attribute = Attribute.ofLong(name);
            int kind = step / NAMES.size() % 5;
            if (kind == 0) {
                edits.put(attribute, (long) step);
                model.put(name, new ArrayList<>(List.of(step)));
            } else if (kind == 1) {
                edits.remove(attribute);
                model.put(name, new ArrayList<>(List.of(-1)));
            } else if (kind == 2) {
                edits.drop(attribute);
                model.remove(name);
            } else {
                edits.update(attribute, n -> kind == 3 ? (n == null ? 100L : n + 1) : null);
                model.computeIfAbsent(name, key -> new ArrayList<>()).add(kind == 3 ? -2 : -1);
            }
            assertSame(edits, base, expected(model, first));
        }

        AttributeTable newer = table(second);
        assertSame(edits.applyTo(newer), expected(model, second));
        assertSame(edits, base, expected(model, first));
        edits.rebase(newer);
        assertSame(edits, newer, expected(model, second));
    }

    private static Map<String, Long> expected(Map<String, List<Integer>> model, Map<String, Long> base) {
        Map<String, Long> values = new HashMap<>(base);
        model.forEach((name, steps) -> {
            for (int step : steps) {
                if (step == -1) {
                    values.remove(name);
                } else if (step == -2) {
                    values.merge(name, 100L, (old, unused) -> old + 1);
                } else {
                    values.put(name, (long) step);
                }
            }
        });
        return values;
    }

    private static void assertSame(Edits edits, AttributeTable base, Map<String, Long> expected) {
        assertThat(edits.names()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        assertThat(edits.encodedAttributes())
                .hasSameSizeAs(expected.keySet())
                .allSatisfy(encoded -> assertThat(encoded.value()).isEqualTo(expected.get(encoded.name())));
        NAMES.forEach(
                name -> assertThat(edits.get(Attribute.ofLong(name))).as(name).isEqualTo(expected.get(name)));
        AttributeTable built = edits.applyTo(base);
        assertThat(edits.length()).isEqualTo(built.length());
        assertSame(built, expected);
    }

    /** The bytes are those of a table made in any other order. */
    private static void assertSame(AttributeTable table, Map<String, Long> expected) {
        assertThat(bytes(table)).isEqualTo(bytes(table(expected)));
    }

    @Test
    void update_valueUnchangedMeanwhile_functionRunsOnce() {
        AttributeTable base = table(Map.of("visits", 1L));
        List<Long> seen = new ArrayList<>();
        Edits edits = new Edits(base, LIMITS);
        edits.update(VISITS, n -> {
            seen.add(n);
            return n == null ? 1L : n + 1;
        });

        edits.applyTo(base);
        edits.applyTo(base.with(COAT, "red"));
        assertThat(seen).containsExactly(1L);
        assertThat(edits.applyTo(base.with(VISITS, 7L)).get(VISITS)).isEqualTo(8);
        assertThat(seen).containsExactly(1L, 7L);
        assertThat(edits.get(VISITS)).isEqualTo(2);
    }

    @Test
    void rebase_functionThatFailsOnTheNewerValue_othersStillRead() {
        Edits edits = new Edits(AttributeTable.EMPTY, LIMITS);
        edits.update(VISITS, n -> {
            if (n != null) {
                throw new IllegalStateException("no");
            }
            return 1L;
        });
        edits.put(COAT, "red");

        edits.rebase(table(Map.of("visits", 1L)));

        assertThat(edits.get(COAT)).isEqualTo("red");
        assertThatThrownBy(() -> edits.get(VISITS)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void put_overALimit_refusedAndNothingChanged() {
        Edits edits = new Edits(AttributeTable.EMPTY, LIMITS);
        for (int i = 0; i < 3; i++) {
            edits.put(Attribute.ofString("a" + i), "x".repeat(39));
        }
        long length = edits.length();

        assertThatThrownBy(() -> edits.put(COAT, "x".repeat(40))).hasMessage("value");
        assertThatThrownBy(() -> edits.update(COAT, coat -> "x".repeat(40))).hasMessage("value");
        assertThatThrownBy(() -> edits.put(COAT, "x".repeat(39))).hasMessage("session");
        assertThatThrownBy(() -> edits.update(COAT, coat -> "x".repeat(39))).hasMessage("session");
        assertThat(edits.length()).isEqualTo(length);
        assertThat(edits.get(COAT)).isNull();
        edits.put(Attribute.ofString("a0"), "");
        edits.put(COAT, "x".repeat(20));
        assertThatThrownBy(() -> edits.applyTo(AttributeTable.EMPTY.with(Attribute.ofString("b"), "x".repeat(39))))
                .hasMessage("session");
    }

    @Test
    void update_unreadableValue_failsUnlessAbsentIfUnreadable() {
        AttributeTable base = AttributeTable.EMPTY.with(Attribute.ofString("visits"), "seven");
        Edits edits = new Edits(base, LIMITS);

        assertThatThrownBy(() -> edits.update(VISITS, n -> 1L)).isInstanceOf(AttributeException.class);
        assertThat(edits.isEmpty()).isTrue();
        edits.update(VISITS.absentIfUnreadable(), n -> n == null ? 1L : n + 1);
        assertThat(edits.applyTo(base).get(VISITS)).isEqualTo(1);
    }

    @Test
    void putEncoded_ofAnotherSession_sameBytes() {
        AttributeTable other = AttributeTable.EMPTY
                .with(COAT, "red")
                .with(VISITS, 7L)
                .with(Attribute.ofString("\u00e9"), "x")
                .with(Reserved.PRINCIPAL, "ada");
        Edits edits = new Edits(AttributeTable.EMPTY, LIMITS);

        other.encodedAttributes().forEach(edits::putEncoded);

        assertThat(bytes(edits.applyTo(AttributeTable.EMPTY))).isEqualTo(bytes(other.with(Reserved.PRINCIPAL, null)));
    }
}
