package dev.cloakroom.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares docs/reference/settings.md with the builders. It is here because this module has all stores. */
class SettingsReferenceTest {

    private static final Path PAGE = Path.of("..", "..", "docs", "reference", "settings.md");
    private static final Pattern SECTION =
            Pattern.compile("^## (\\S+)$(.*?)(?=^## |\\z)", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\| (.+?) \\| (.+?) \\|$", Pattern.MULTILINE);

    private static final Map<String, Object> BUILDERS = Map.of(
            "SessionEngine.Builder", SessionEngine.builder(),
            "CookiePolicy.Builder", CookiePolicy.builder(),
            "HeapSessionStore.Builder", HeapSessionStore.builder(),
            "ChronicleSessionStore.Builder", ChronicleSessionStore.inMemory(),
            "InfinispanSessionStoreBuilder", InfinispanSessionStore.builder());

    @Test
    void tables_haveEachSettingOnce_andNoOther() throws Exception {
        Map<String, List<String>> documented = new LinkedHashMap<>();
        tables().forEach((builder, rows) ->
                documented.put(builder, rows.keySet().stream().sorted().toList()));

        Map<String, List<String>> actual = BUILDERS.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        builder -> settingsOf(builder.getValue().getClass())));

        assertThat(documented).isEqualTo(actual);
    }

    @Test
    void tables_tellTheDefaultsThatAreNumbersOrDurations() throws Exception {
        int compared = 0;
        for (Map.Entry<String, Map<String, String>> table : tables().entrySet()) {
            Object builder = BUILDERS.get(table.getKey());
            for (Map.Entry<String, String> row : table.getValue().entrySet()) {
                String actual = defaultOf(builder, row.getKey());
                if (actual != null) {
                    compared++;
                    assertThat(row.getValue())
                            .as(table.getKey() + "." + row.getKey())
                            .startsWith(actual);
                }
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(15);
    }

    /** Returns the default column by setting, by builder. */
    private static Map<String, Map<String, String>> tables() throws Exception {
        Map<String, Map<String, String>> tables = new LinkedHashMap<>();
        Matcher section = SECTION.matcher(Files.readString(PAGE));
        while (section.find()) {
            Map<String, String> rows = new LinkedHashMap<>();
            Matcher row = ROW.matcher(section.group(2));
            while (row.find()) {
                assertThat(rows.put(row.group(1), row.group(2)))
                        .as(row.group(1))
                        .isNull();
            }
            tables.put(section.group(1), rows);
        }
        return tables;
    }

    private static List<String> settingsOf(Class<?> builder) {
        return Arrays.stream(builder.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getReturnType() == builder)
                .map(Method::getName)
                .sorted()
                .toList();
    }

    /** Returns the value of the field of the setting's name, as the page writes it; null if it is of another kind. */
    private static @Nullable String defaultOf(Object builder, String setting) throws Exception {
        for (Field field : builder.getClass().getDeclaredFields()) {
            if (field.getName().equals(setting)) {
                field.setAccessible(true);
                Object value = field.get(builder);
                if (value instanceof Duration duration) {
                    return text(duration);
                }
                return value instanceof Number number ? String.format(Locale.ROOT, "%,d", number.longValue()) : null;
            }
        }
        return null;
    }

    private static String text(Duration duration) {
        if (duration.toSeconds() < 60) {
            return text(duration.toSeconds(), "second");
        }
        return duration.toMinutes() < 60 ? text(duration.toMinutes(), "minute") : text(duration.toHours(), "hour");
    }

    private static String text(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}
