// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/pdf.hpp"

#include <memory>
#include <qpdf/qpdf-c.h>
#include <stdexcept>

namespace ulpscope {

std::string without_time(const std::string& pdf) {
  const auto clean_up = [](qpdf_data data) { qpdf_cleanup(&data); };
  const std::unique_ptr<_qpdf_data, decltype(clean_up)> document(qpdf_init());
  const qpdf_data data = document.get();
  const auto require = [&](QPDF_ERROR_CODE code) {
    if ((code & QPDF_ERRORS) == 0) return;
    throw std::runtime_error(qpdf_get_error_full_text(data, qpdf_get_error(data)));
  };
  qpdf_set_suppress_warnings(data, QPDF_TRUE);
  require(qpdf_read_memory(data, "the figure's PDF", pdf.data(), pdf.size(), nullptr));
  qpdf_set_info_key(data, "/CreationDate", nullptr);
  require(qpdf_init_write_memory(data));
  qpdf_set_deterministic_ID(data, QPDF_TRUE);
  require(qpdf_write(data));
  return {reinterpret_cast<const char*>(qpdf_get_buffer(data)), qpdf_get_buffer_length(data)};
}

}  // namespace ulpscope
