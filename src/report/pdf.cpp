// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/pdf.hpp"

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>

namespace ulpscope {

std::string without_time(const std::string& pdf) {
  QPDF document;
  document.setSuppressWarnings(true);
  document.processMemoryFile("the figure's PDF", pdf.data(), pdf.size());
  document.getTrailer().getKey("/Info").removeKey("/CreationDate");
  QPDFWriter writer(document);
  writer.setOutputMemory();
  writer.setDeterministicID(true);
  writer.write();
  const auto written = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(written->getBuffer()), written->getSize()};
}

}  // namespace ulpscope
