import java.io.File;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** Prints "file, code, details" for each error that Apache Preflight (PDF/A-1b) finds in each file. */
public class Preflight {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      PreflightParser parser = new PreflightParser(new File(file));
      parser.parse();
      try (PreflightDocument document = parser.getPreflightDocument()) {
        document.validate();
        for (ValidationResult.ValidationError error : document.getResult().getErrorsList()) {
          System.out.println(file + "\t" + error.getErrorCode() + "\t" + error.getDetails());
        }
      }
    }
  }
}
