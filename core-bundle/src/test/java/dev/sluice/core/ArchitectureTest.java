package dev.sluice.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
    private static final String CORE = "dev.sluice.core.";
    /** A package imports only packages that stand before it. */
    private static final List<String> ORDER = List.of("util", "protocol", "buffer", "metrics", "gate", "chain", "export", "transport",
            "handshake", "transmission", "engine", "view", "osgi");

    private final JavaClasses core = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sluice.core");

    @Test
    void everyPackageHasItsPlace() {
        Set<String> there = core.stream().map(c -> c.getPackageName().substring(CORE.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(ORDER), there);
    }

    @TestFactory
    List<DynamicTest> aPackageImportsOnlyPackagesAboveIt() {
        return ORDER.stream().map(name -> DynamicTest.dynamicTest(name, () -> {
            String[] below = ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size()).stream().map(p -> CORE + p + "..").toArray(String[]::new);
            if (below.length > 0) {
                noClasses().that().resideInAPackage(CORE + name).should().dependOnClassesThat().resideInAnyPackage(below).check(core);
            }
        })).toList();
    }

    @Test
    void theProtocolIsPure() {
        classes().that().resideInAPackage(CORE + "protocol").should().onlyDependOnClassesThat(in("java.lang", "java.nio",
                "java.nio.charset", "java.util", CORE + "protocol")).check(core);
        noClasses().that().resideInAPackage(CORE + "protocol").should().dependOnClassesThat()
                .belongToAnyOf(Thread.class, System.Logger.class).check(core);
    }

    @Test
    void onlyUtilTouchesTheLocksOfTheJdk() {
        noClasses().that().resideOutsideOfPackage(CORE + "util").should().dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks").check(core);
    }

    @Test
    void onlyThePlatformReadsTheClock() {
        noClasses().that().doNotHaveSimpleName("RealPlatform").should().callMethod(System.class, "nanoTime").check(core);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(core);
    }

    @Test
    void nobodySleepsInterruptsOrWaitsPastThePlatform() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(core);
        noClasses().should().callMethod(Thread.class, "interrupt").check(core);
        noClasses().should().callMethod(Object.class, "wait").check(core);
        noClasses().should().callMethod(Object.class, "wait", long.class).check(core);
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.CountDownLatch").check(core);
    }

    @Test
    void nobodyLogsPastTheSystemLogger() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.osgi.service.log..")
                .check(core);
    }

    @Test
    void noMethodIsSynchronizedOnItsObject() {
        noMethods().should(com.tngtech.archunit.lang.conditions.ArchConditions.have(synchronizedModifier())).check(core);
    }

    @Test
    void nothingIsKeptInThreadLocals() {
        noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).check(core);
    }

    private static DescribedPredicate<JavaMethod> synchronizedModifier() {
        return DescribedPredicate.describe("the modifier synchronized", m -> m.getModifiers().contains(JavaModifier.SYNCHRONIZED));
    }

    private static DescribedPredicate<JavaClass> in(String... packages) {
        return DescribedPredicate.describe("in " + String.join(", ", packages),
                c -> c.isPrimitive() || c.isArray() || Arrays.asList(packages).contains(c.getPackageName()));
    }
}
