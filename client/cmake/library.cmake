# What the library is compiled with and links to; static and shared alike.
function(chronos_library name)
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_compile_definitions(${name} PRIVATE CHRONOS_VERSION="${PROJECT_VERSION}")
  target_include_directories(${name}
    PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE src)
  target_link_libraries(${name}
    PUBLIC fmt::fmt Threads::Threads
    PRIVATE $<BUILD_INTERFACE:chronos_warnings> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
            OpenSSL::Crypto PkgConfig::PQXX PkgConfig::PQ PkgConfig::ZSTD PkgConfig::XXHASH
            PkgConfig::YAML)
endfunction()
