package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Pins what the module shows to its users, and what it needs of them. */
class JpmsTest {

    private static ModuleDescriptor descriptor() throws URISyntaxException {
        Path classes = Path.of(SessionEngine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return ModuleFinder.of(classes).find("dev.cloakroom").orElseThrow().descriptor();
    }

    @Test
    void module_exportsExactlyThePublicPackages() throws URISyntaxException {
        assertThat(descriptor().exports())
                .filteredOn(exported -> !exported.isQualified())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(
                        "dev.cloakroom", "dev.cloakroom.cookie", "dev.cloakroom.key", "dev.cloakroom.store");
        assertThat(descriptor().exports())
                .filteredOn(ModuleDescriptor.Exports::isQualified)
                .singleElement()
                .satisfies(shared -> {
                    assertThat(shared.source()).isEqualTo("dev.cloakroom.internal.file");
                    assertThat(shared.targets())
                            .containsExactlyInAnyOrder("dev.cloakroom.chronicle", "dev.cloakroom.infinispan");
                });
        assertThat(descriptor().opens()).isEmpty();
    }

    @Test
    void module_needsBouncyCastleJSpecifyAndThePlatformAlone() throws URISyntaxException {
        assertThat(descriptor().requires().stream()
                        .filter(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
                        .map(Requires::name)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("java.base", "jdk.jfr", "org.bouncycastle.provider", "org.jspecify");
    }
}
