# What `cmake --install` puts where: the library, its headers, find_package(chronos), chronos.pc,
# the program and the examples. Nothing installed names an absolute path, so the tree can be moved.
include(CMakePackageConfigHelpers)
set(CHRONOS_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/chronos)

if(BUILD_SHARED_LIBS)
  set_target_properties(chronosctl PROPERTIES INSTALL_RPATH "\$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endif()
install(TARGETS chronosctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS chronos EXPORT chronos
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/chronos DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(EXPORT chronos NAMESPACE chronos:: DESTINATION ${CHRONOS_CMAKE_DIR} FILE chronos-targets.cmake)

configure_package_config_file(cmake/chronos-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/chronos-config.cmake
                              INSTALL_DESTINATION ${CHRONOS_CMAKE_DIR}
                              NO_SET_AND_CHECK_MACRO)
# While the major version is 0, a new minor version may change the interface.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/chronos-config-version.cmake
                                 COMPATIBILITY ${compatibility})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/chronos-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/chronos-config-version.cmake
        DESTINATION ${CHRONOS_CMAKE_DIR})

file(RELATIVE_PATH CHRONOS_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
set(CHRONOS_PC_SHARED "fmt")
set(CHRONOS_PC_PRIVATE "libpqxx libpq libzstd libxxhash libcrypto yaml-cpp")
if(NOT BUILD_SHARED_LIBS)
  # An archive does not remember what it needs: whoever links it has to name all of it.
  string(APPEND CHRONOS_PC_SHARED " ${CHRONOS_PC_PRIVATE}")
  set(CHRONOS_PC_PRIVATE "")
endif()
configure_file(cmake/chronos.pc.in chronos.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/chronos.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
