@NullMarked
package dev.cloakroom.jmh.report;

import org.jspecify.annotations.NullMarked;
