// A git repository, asked and changed by the program git.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "process/child_process.hpp"

namespace chronos::internal {

// A commit that an earlier export made, as its message says.
struct exported_commit {
    std::string id;
    std::string version;  // TIMELINE/NUMBER; empty: somebody else's commit
};

class git_repository {
  public:
    // A directory that does not exist or is empty becomes a repository. Throws refused if it holds
    // something else or changes that are not committed, wrong_component if there is no git.
    git_repository(const std::string& directory, const std::string& branch, std::stop_token stop);

    // Of the branch, newest first.
    [[nodiscard]] std::vector<exported_commit> commits() const;
    // Whether there are branches at all.
    [[nodiscard]] bool has_branches() const;
    // Names without refs/tags/, and the objects they stand for.
    [[nodiscard]] std::map<std::string, std::string> tags() const;

    // What is written to it is for `git fast-import`; finished by finish_import().
    [[nodiscard]] std::unique_ptr<fed_program> import() const;
    void finish_import(fed_program& program) const;

    // Lines for `git update-ref --stdin`.
    void update_refs(std::string_view commands) const;
    // Makes the files those of the branch, if it is the one that is checked out.
    void check_out() const;

  private:
    [[nodiscard]] std::vector<std::string> words(const std::vector<std::string>& arguments) const;
    [[nodiscard]] program_result run(const std::vector<std::string>& arguments,
                                     std::string_view input = {}) const;
    [[nodiscard]] std::string ask(const std::vector<std::string>& arguments,
                                  std::string_view input = {}) const;
    void require_branch_name() const;
    void make() const;
    void require_usable();

    std::string program_;
    std::string directory_;
    std::string branch_;
    std::stop_token stop_;
    bool bare_ = false;
};

}  // namespace chronos::internal
